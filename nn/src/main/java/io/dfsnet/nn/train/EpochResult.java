package io.dfsnet.nn.train;

/**
 * What an epoch of training gave.
 *
 * @param epoch counted from 1
 * @param loss the mean over the epoch's images of what is trained on: with label smoothing, mixup
 *     and the teacher's part
 * @param accuracy the part of the epoch's images, as varied for training, that was told right
 * @param imagesPerSecond how fast it went, since it was begun or continued
 * @param waitShare the part of that time in which the training waited for images, 0 to 1
 */
public record EpochResult(
    int epoch, double loss, double accuracy, double imagesPerSecond, double waitShare) {}
