package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class SyntheticTest {

  @Test
  void theSameSeedGivesTheSameImages() {
    assertThat(checksum(test(64, 1))).isEqualTo(checksum(test(64, 1)));
    assertThat(checksum(test(64, 1))).isNotEqualTo(checksum(test(64, 2)));
  }

  @Test
  void fewerImagesAreTheBeginningOfMore() {
    assertThat(checksum(test(100, 1).subset(0, 40))).isEqualTo(checksum(test(40, 1)));
  }

  @Test
  void trainingAndTestImagesDiffer() {
    DataSource source = DataSources.open("synthetic:train=40,test=40,seed=1");
    assertThat(checksum(source.train())).isNotEqualTo(checksum(source.test()));
  }

  @Test
  void classesAreEquallyFrequentInEveryBeginning() {
    int[] counts = new int[Synthetic.CLASSES];
    for (int label : test(3 * Synthetic.CLASSES, 5).labels()) {
      counts[label]++;
    }
    assertThat(counts).containsOnly(3);
  }

  private static ImageSet test(int count, long seed) {
    return DataSources.open("synthetic:test=" + count + ",seed=" + seed).test();
  }

  private static long checksum(ImageSet set) {
    CRC32 crc = new CRC32();
    for (int i = 0; i < set.size(); i++) {
      for (int channel = 0; channel < set.channels(); channel++) {
        for (int y = 0; y < set.height(); y++) {
          for (int x = 0; x < set.width(); x++) {
            crc.update(set.pixel(i, channel, y, x));
          }
        }
      }
    }
    return crc.getValue();
  }
}
