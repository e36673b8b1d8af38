package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.data.Figure.Texture;
import java.util.EnumSet;
import java.util.Set;
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

  /** Pinned: figures that were measured on the set hold only as long as the set is the same. */
  @Test
  void theImagesStayAsTheyAre() {
    assertThat(checksum(test(100, 0))).isEqualTo(0x4521cd5bL);
  }

  @Test
  void codesAreALatinSquare() {
    int codes = Scene.CODES;
    assertThat(Texture.values()).hasSize(codes);
    for (int i = 0; i < codes; i++) {
      Set<Texture> ofCode = EnumSet.noneOf(Texture.class);
      Set<Texture> ofHue = EnumSet.noneOf(Texture.class);
      for (int j = 0; j < codes; j++) {
        ofCode.add(Scene.texture(i, j));
        ofHue.add(Scene.texture(j, i));
      }
      assertThat(ofCode).hasSize(codes);
      assertThat(ofHue).hasSize(codes);
    }
  }

  /** Nor does any sum of levels tell the class: the means of all classes are about the same. */
  @Test
  void theNearestMeanImageOfAClassIsRightNoMoreOftenThanByChance() {
    DataSource source = DataSources.open("synthetic:train=2500,test=1000");
    int classes = source.train().classes();
    int size = source.train().shape().elements();
    float[] image = new float[size];
    double[][] means = new double[classes][size];
    for (int i = 0; i < source.train().size(); i++) {
      source.train().normalized(i, image, 0);
      double[] mean = means[source.train().label(i)];
      for (int p = 0; p < size; p++) {
        mean[p] += image[p] * classes / (double) source.train().size();
      }
    }
    int right = 0;
    for (int i = 0; i < source.test().size(); i++) {
      source.test().normalized(i, image, 0);
      int nearest = -1;
      double least = Double.POSITIVE_INFINITY;
      for (int c = 0; c < classes; c++) {
        double distance = 0;
        for (int p = 0; p < size; p++) {
          distance += (image[p] - means[c][p]) * (image[p] - means[c][p]);
        }
        if (distance < least) {
          least = distance;
          nearest = c;
        }
      }
      right += nearest == source.test().label(i) ? 1 : 0;
    }
    // Chance is 40 of 1000, with a deviation of 6.
    assertThat(right).isLessThan(70);
  }

  @Test
  void levelsAreAboutStandardOnceNormalised() {
    ImageSet set = test(300, 3);
    float[] image = new float[set.shape().elements()];
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < set.size(); i++) {
      set.normalized(i, image, 0);
      for (float level : image) {
        sum += level;
        squares += (double) level * level;
      }
    }
    double count = (double) set.size() * image.length;
    assertThat(sum / count).isBetween(-0.1, 0.1);
    assertThat(squares / count).isBetween(0.9, 1.15);
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
