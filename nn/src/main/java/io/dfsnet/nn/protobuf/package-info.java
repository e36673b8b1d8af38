/** Writes protobuf messages (https://protobuf.dev), for formats that are made of them. */
package io.dfsnet.nn.protobuf;
