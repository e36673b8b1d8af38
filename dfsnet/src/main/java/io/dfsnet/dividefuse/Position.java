package io.dfsnet.dividefuse;

/**
 * A place where the groups can be fused.
 *
 * @param index counted from 0 through the body of the network
 * @param convolution the name of the convolution that stays dense if the position is fused
 */
public record Position(int index, String convolution) {}
