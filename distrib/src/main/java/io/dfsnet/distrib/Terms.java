package io.dfsnet.distrib;

/**
 * What every frame of one side carries once the handshake is over.
 *
 * @param version that both sides speak
 * @param epoch of the plan that the connection serves
 * @param rank of the side itself, {@link Frame#NONE} for a coordinator
 */
record Terms(Version version, int epoch, int rank) {}
