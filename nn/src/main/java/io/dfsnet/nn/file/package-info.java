/**
 * Files: tensors as safetensors, whole models as safetensors with the graph in their metadata, and
 * the atomic writing that both use.
 */
package io.dfsnet.nn.file;
