/**
 * Event files, which TensorBoard draws curves from.
 *
 * <pre>
 * scalars --EventFile--> Event --ProtoMessage--> bytes --RecordWriter--> file
 *           what is said           the message           where it ends
 * </pre>
 */
package io.dfsnet.cli.tensorboard;
