/**
 * A divided network on several machines. A {@link io.dfsnet.distrib.NodeServer} waits for work; a
 * {@link io.dfsnet.distrib.Coordinator} cuts the network into shards, ships them, and asks for
 * answers. The wire protocol is drawn in {@code docs/protocol.md}.
 */
package io.dfsnet.distrib;
