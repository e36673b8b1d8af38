package io.dfsnet.nn.pytorch;

import java.nio.ByteOrder;
import java.util.Map;

/**
 * A checkpoint that is opened: what its pickle describes, and where its storages lie.
 *
 * @param object what {@code torch.save} was given
 * @param storages where in the file each storage begins, by its key: all that the object refers to,
 *     each with as many bytes behind it as it needs
 * @param order of the bytes of an element
 */
record Archive(Pickled object, Map<String, Long> storages, ByteOrder order) {}
