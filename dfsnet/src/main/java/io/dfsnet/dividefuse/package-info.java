/**
 * Dividing a network into channel groups, fusing the groups at a few positions, and cutting the
 * result into one network per group.
 *
 * <pre>
 * original network --Divider--> divided network --Sharder--> one shard per group, with exchanges
 *                                      |                          |
 *                                 trained as one             run by nodes, or by a LocalCluster
 * </pre>
 *
 * Channel c of C belongs to group {@code floor(c * groups / C)}. How many groups there are is a
 * property of the network; which node hosts which group is a property of the deployment, see {@link
 * io.dfsnet.dividefuse.Placement}.
 */
package io.dfsnet.dividefuse;
