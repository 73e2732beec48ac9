import { createHash } from 'node:crypto';
import { type BlockRange, mapBlockSize, mappedBlocks } from './block-map.ts';

const checksumType = 'sha256';
/** What stands in the place of the file's own checksum while that is computed. */
const noChecksum = '0'.repeat(64);

/**
 * A `.bmap` of format 2.0, which `bmaptool copy` reads: what of an image must be written to a card, with the sha256 of every range and of the
 * file itself. Elements, their order and the white space inside them are those of bmap-tools.
 * @param imageSize bytes
 */
export function bmapFile(imageSize: number, ranges: readonly BlockRange[]): string {
  const lines = ranges.map(({ first, last, sha256 }) => {
    const blocks = first === last ? `${first}` : `${first}-${last}`;
    return `        <Range chksum="${sha256}"> ${blocks} </Range>`;
  });
  const draft = `<?xml version="1.0" ?>
<!-- Blocks of an image that hold content. All others are zero and need not be written.
     Write the image with: bmaptool copy IMAGE CARD -->

<bmap version="2.0">
    <!-- Bytes -->
    <ImageSize> ${imageSize} </ImageSize>
    <BlockSize> ${mapBlockSize} </BlockSize>
    <BlocksCount> ${Math.ceil(imageSize / mapBlockSize)} </BlocksCount>
    <MappedBlocksCount> ${mappedBlocks(ranges)} </MappedBlocksCount>
    <ChecksumType> ${checksumType} </ChecksumType>
    <!-- Of this file, with zeros in the place of the checksum -->
    <BmapFileChecksum> ${noChecksum} </BmapFileChecksum>
    <BlockMap>
${lines.join('\n')}
    </BlockMap>
</bmap>
`;
  return draft.replace(noChecksum, createHash('sha256').update(draft).digest('hex'));
}
