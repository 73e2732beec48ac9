import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { mapBlockSize } from '../../image/block-map.ts';
import { sectorSize } from '../../image/sectors.ts';
import { parsePublicKey } from '../../signature/public-key.ts';
import type { ReleasedImage, ReleaseManifest } from '../release-manifest.ts';
import { isSignatureName, manifestName } from '../signature-name.ts';
import { valuePattern } from '../value-pattern.ts';
import { foldersAbove } from './plain-path.ts';
import type { ReleaseProblem } from './release-problem.ts';

/** Everything in a manifest that contradicts something else in it. */
export function ruleProblems(manifest: ReleaseManifest): ReleaseProblem[] {
  const problems: ReleaseProblem[] = [];
  const say = (where: string, message: string): void => {
    problems.push({ kind: 'contradiction', where: `${manifestName}/${where}`, message });
  };
  const paths = manifest.files.map(({ path }) => path);
  for (const path of outOfOrder(paths)) {
    say('files', `${path} is there twice or out of order`);
  }
  const folders = new Set(paths.flatMap(foldersAbove));
  for (const path of paths) {
    if (path === manifestName || isSignatureName(path)) say('files', `${path} cannot be in a manifest`);
    if (folders.has(path)) say('files', `${path} is a file and a folder`);
  }
  for (const path of twice(paths.map((path) => path.toLowerCase()))) {
    say('files', `${path} is there in two spellings, which some file systems take for one`);
  }
  const known = new Set(paths);
  const { previous, number } = manifest;
  if (previous !== null && previous.number >= number) {
    say('previous', `its number is ${previous.number}, which is not before ${number}`);
  }
  if (!isDay(manifest.date)) say('date', `${manifest.date} is no day`);
  for (const name of twice(manifest.images.map(({ name }) => name))) {
    say('images', `${name} is there twice`);
  }
  for (const position of twice(manifest.images.flatMap(({ positions }) => positions))) {
    say('images', `the position ${position} has two images`);
  }
  const used = manifest.images.flatMap(pathsOf);
  for (const path of twice(used)) {
    say('images', `${path} belongs to two images, or to one twice`);
  }
  for (const [index, image] of manifest.images.entries()) {
    for (const path of pathsOf(image)) {
      if (!known.has(path)) say(`images/${index}`, `${path} is not among the files`);
    }
    if (manifest.kind === 'recipe' && image.positions.length > 0) {
      say(`images/${index}/positions`, 'a recipe has no positions');
    }
    imageRules(image, (where, message) => say(`images/${index}/${where}`, message));
  }
  return problems;
}

function pathsOf({ zstd, xz, bmap, buildManifest, provenance, sboms }: ReleasedImage): string[] {
  return [zstd, ...(xz === null ? [] : [xz]), bmap, buildManifest, provenance, ...sboms];
}

function imageRules(image: ReleasedImage, say: (where: string, message: string) => void): void {
  const { raw, unit, name, recipe, board } = image;
  if (name !== `${recipe}-${board}`) say('name', `it is not ${recipe}-${board}, as recipe and board say`);
  if (raw.size % sectorSize !== 0) say('raw/size', 'it is no whole number of sectors');
  for (const position of outOfOrder(image.positions)) {
    say('positions', `${position} is there twice or out of order`);
  }
  const blocks = Math.ceil(raw.size / mapBlockSize);
  let next = 0;
  for (const [index, { first, last }] of image.mapped.entries()) {
    if (first < next || last < first)
      say(`mapped/${index}`, 'it is not after the one before, with a gap between them');
    if (last >= blocks) say(`mapped/${index}`, 'it ends behind the end of the image');
    // Two runs without a gap are one.
    next = last + 2;
  }
  let end = 0;
  for (const [index, { offset, size }] of image.partitions.entries()) {
    if (offset < end) say(`partitions/${index}`, 'it does not lie behind the one before');
    if (offset % sectorSize !== 0 || size % sectorSize !== 0)
      say(`partitions/${index}`, 'it is no whole number of sectors');
    end = offset + size;
  }
  if (end > raw.size) say('partitions', 'they end behind the end of the image');
  for (const partition of twice(image.partitions.map((partition) => partition.name))) {
    say('partitions', `${partition} is there twice`);
  }
  for (const { name: value, pattern } of [...unit.settings, ...unit.secrets]) {
    if (pattern !== undefined && !isExpression(pattern)) say('unit', `the pattern of ${value} is none`);
  }
  for (const value of twice([...unit.settings, ...unit.secrets].map((value) => value.name))) {
    say('unit', `${value} is there twice`);
  }
  for (const [index, key] of unit.authorities.entries()) {
    try {
      parsePublicKey(key, key);
    } catch (error) {
      if (!(error instanceof BoardsmithError)) throw error;
      say(`unit/authorities/${index}`, error.message);
    }
  }
  for (const key of twice(unit.authorities)) {
    say('unit/authorities', `${key} is there twice`);
  }
}

function isExpression(pattern: string): boolean {
  try {
    valuePattern(pattern);
    return true;
  } catch {
    return false;
  }
}

/** A 30th of February is read as the 2nd of March. */
function isDay(date: string): boolean {
  const time = Date.parse(date);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

/** Those that are not after the one before them, as the builder sorts. */
function outOfOrder(values: readonly string[]): string[] {
  return values.filter((value, index) => index > 0 && value <= values[index - 1]!);
}

function twice(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}
