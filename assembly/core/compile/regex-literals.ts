// What every match of a pattern must contain, for the prefilter. "None known" is always a right answer.
import { ByteWriter } from "../bytes/byte-writer";
import { RegexTree } from "./regex-tree";

@unmanaged
export class LiteralFinder {
  minLength: u32 = 0;
  literalCount: u32 = 0;

  free(): void {
    heap.free(changetype<usize>(this));
  }

  /** Writes the literal set and the required byte sets of the tree's matches. */
  find(tree: RegexTree, literals: ByteWriter, sets: ByteWriter): void {
    literals.clear();
    sets.clear();
    this.minLength = tree.isNullable(tree.root) ? 0 : 1;
    this.literalCount = 0;
  }
}
