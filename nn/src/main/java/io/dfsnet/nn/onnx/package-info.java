/**
 * Models in the ONNX format (https://onnx.ai), which most other runtimes read and write.
 *
 * <pre>
 * Model --Exporter--> Onnx.Model --OnnxEncoder--> ProtoMessage --> bytes
 * Model <--Importer-- Onnx.Model <--OnnxDecoder-- ProtoReader <--- bytes
 *         what it means          which field is what      how protobuf writes fields
 * </pre>
 */
package io.dfsnet.nn.onnx;
