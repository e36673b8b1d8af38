/**
 * The {@code dfs} command. Every command is a class that reads its options, asks the modules below
 * for the work, and says the result in text or as one JSON object ({@code Output}). What goes wrong
 * becomes one line and an exit status in one place ({@code Failure}).
 */
package io.dfsnet.cli;
