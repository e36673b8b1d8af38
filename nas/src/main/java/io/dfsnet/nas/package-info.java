/**
 * The weight-sharing search for the positions at which a divided network is fused.
 *
 * <pre>
 * SearchSpace  which sets of positions a Budget allows
 * Supernet     one set of weights for all of them, trained on what a FairSampler draws
 * Fitness      the accuracy of one of them on images held out of the training set
 * SearchStrategy (Evolution, RandomSearch)  which of them to ask for, and in the end the best
 * </pre>
 */
package io.dfsnet.nas;
