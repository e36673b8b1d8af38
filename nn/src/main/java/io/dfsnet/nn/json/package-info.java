/** A small, strict JSON (RFC 8259): values as data, a bounded parser, a deterministic writer. */
package io.dfsnet.nn.json;
