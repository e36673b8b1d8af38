package io.dfsnet.distrib;

import java.time.Duration;

/**
 * What one image cost one node. The bytes are counted where they cross the sockets: fp32 values
 * apart from everything else, so that they can be compared with {@link
 * io.dfsnet.dividefuse.CostModel}.
 *
 * @param computing how long the slowest of its groups computed
 * @param waiting the rest of the time from the image's arrival to its result
 * @param sliceBytesSent values sent to peers in exchanges
 * @param sliceBytesReceived values received from peers in exchanges
 * @param imageBytes values of the image that the node received
 * @param resultBytes values of its groups' outputs that it sent
 * @param overheadBytesSent headers, checksums, control messages and signs of life that the node
 *     sent since the coordinator connected, shards left out
 * @param overheadBytesReceived the same received
 */
public record NodeReport(
    int rank,
    Duration computing,
    Duration waiting,
    long sliceBytesSent,
    long sliceBytesReceived,
    long imageBytes,
    long resultBytes,
    long overheadBytesSent,
    long overheadBytesReceived) {}
