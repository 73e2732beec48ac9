import type { ImageChanges, ReleaseChanges } from '../../release/changes/release-changes.ts';
import { firstWords, packageWords } from '../../release/documents/notes.ts';
import type { PageContents } from '../../release/make/make-release.ts';
import type { ReleasedImage } from '../../release/release-manifest.ts';
import { formatBytes } from '../format.ts';
import { html, Markup } from '../inspect-page/markup.ts';
import { style } from '../inspect-page/style.ts';
import { releaseStyle } from './style.ts';

/** Nothing is loaded and nothing is run. */
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'";

/**
 * `index.html` of a release: what there is, how it is verified and burnt, what changed. One file that needs no network; the same release gives the same bytes.
 * @param picture SVG of a cluster's matrix; null for a recipe
 */
export function releasePage({ facts, images, files, changes }: PageContents, picture: string | null): string {
  const { name, number, version, date, description } = facts;
  const size = (path: string): number => files.find((file) => file.path === path)?.size ?? 0;
  const sum = (path: string): string => files.find((file) => file.path === path)?.sha256 ?? '';
  const packed = images.reduce((total, image) => total + size(image.zstd), 0);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<title>${name} ${version}</title><style>${new Markup(style)}${new Markup(releaseStyle)}</style></head><body><main>
<h1>${name} ${version}</h1><p class="lead faint">${description}</p>
<div class="tiles">${[
    tile(String(number), 'number of the release'),
    tile(date, 'date'),
    tile(String(images.length), images.length === 1 ? 'image' : 'images'),
    tile(formatBytes(packed), 'to download, as zstd'),
  ]}</div>
<section><h2>Images</h2><div class="scroll"><table><thead><tr><th>image</th><th>for</th><th class="number">download</th><th class="number">on the card</th><th class="number">to write</th><th class="number">of it</th></tr></thead><tbody>${images.map(
    (image) => imageRow(image, size(image.zstd)),
  )}</tbody></table></div>${images.map((image) => imageFacts(image, size, sum))}</section>
<section><h2>Verify</h2><p>Before anything is burnt. The key comes to you on another way than this folder: ask the publisher for it, and compare it letter by letter.</p>
<pre>boardsmith verify . --pub KEY.pub</pre>
<p>The same without Boardsmith, with minisign and with what every Linux has:</p>
<pre>for signature in manifest.json.*.minisig; do minisign -Vm manifest.json -x "$signature" -p KEY.pub &amp;&amp; break; done
sha256sum -c SHA256SUMS</pre>
<p class="faint">The signature is over manifest.json, which names every other file, SHA256SUMS too; <code>sha256sum</code> alone says nothing of who made them.</p></section>
<section><h2>Burn</h2><p>List the disks first, then name the one that the card is in: what is written is gone.</p>
<pre>boardsmith burn --list
boardsmith burn . --image ${images[0]!.name} --pub KEY.pub --to /dev/sdX</pre>${
    images.some(({ unit }) => unit.authorities.length > 0) &&
    html`
<p>Many cards, each a unit with a serial of its own, for which the authority has sent a certificate:</p>
<pre>boardsmith burn . --pub KEY.pub --units units.csv --batch-key batch.key --certificate BATCH.cert --ledger ledger.ndjson --to /dev/sdX</pre>`
  }
<p>One card, with Debian’s bmap-tools, which writes what is mapped and checks it; the card gets no identity so:</p>
<pre>bmaptool copy --bmap images/${images[0]!.name}.bmap images/${images[0]!.name}.img.zst /dev/sdX</pre></section>
${
  picture !== null &&
  html`<section><h2>Who may reach whom</h2><p class="faint">A row opens connections to a column; answers come back, nothing else. Whatever is not named is dropped. <a href="policy/matrix.html">The whole policy</a>, <a href="policy/words.txt">in words</a>.</p>
<div class="picture">${new Markup(picture)}</div></section>`
}
<section><h2>What changed</h2>${changesPart(changes)}</section>
<section><h2>Where it comes from</h2><dl><dt>sources</dt><dd class="mono">${
    facts.sourceRevision === null ? 'no commit is named' : `commit ${facts.sourceRevision}`
  }</dd><dt>inputs</dt><dd class="mono">boardsmith.lock sha256 ${facts.lock}</dd><dt>builder</dt><dd>Boardsmith ${facts.builderVersion}</dd></dl>
<p class="faint">Whoever builds this commit with these inputs gets these bytes: <code>provenance/</code> names every input of every image, and the <code>.cdx.json</code> and <code>.spdx.json</code> beside an image what is in it.</p>${sourcesPart(files)}</section>
<footer>Release ${number} of ${name}. This page needs no network.</footer>
</main></body></html>
`;
  return page.text;
}

function sourcesPart(files: PageContents['files']): Markup | false {
  const sources = files.filter(({ path }) => path.startsWith('sources/'));
  if (sources.length === 0) return false;
  return html`<h3>Sources of what is in the images</h3><p class="faint">Of everything whose licence wants its source to come with it.</p><ul>${sources.map(
    ({ path, size }) =>
      html`<li><a href="${path}">${path.replace('sources/', '')}</a>, ${formatBytes(size)}</li>`,
  )}</ul>`;
}

function tile(value: string, label: string): Markup {
  return html`<div class="tile"><b>${value}</b><span>${label}</span></div>`;
}

function imageRow(image: ReleasedImage, download: number): Markup {
  const blocks = image.mapped.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const share = ((blocks * 4096 * 100) / image.raw.size).toFixed(0);
  const target = image.positions.length > 0 ? image.positions.join(', ') : image.board;
  return html`<tr><td class="nowrap"><b>${image.name}</b></td><td>${target}</td><td class="number">${formatBytes(download)}</td><td class="number">${formatBytes(image.raw.size)}</td><td class="number">${formatBytes(blocks * 4096)}</td><td class="number">${share} %</td></tr>`;
}

function imageFacts(
  image: ReleasedImage & { readonly description: string },
  size: (path: string) => number,
  sum: (path: string) => string,
): Markup {
  const { name, description, raw, zstd, xz, bmap, sboms, buildManifest, provenance, unit } = image;
  const file = (path: string): Markup =>
    html`<dt><a href="${path}">${path.replace(/^.*\//, '')}</a></dt><dd class="mono">${formatBytes(size(path))}, sha256 ${sum(path)}</dd>`;
  // What nobody may give a unit is nothing to fill a list with.
  const given = unit.authorities.length === 0 ? { settings: [], secrets: [] } : unit;
  const values = [
    ...given.settings.map((value) => ({ ...value, kind: 'setting' })),
    ...given.secrets.map((value) => ({ ...value, kind: 'secret' })),
  ];
  return html`<h3>${name}</h3><p class="faint">${description}</p><dl>${file(zstd)}${xz !== null && file(xz)}<dt>unpacked</dt><dd class="mono">${raw.size} bytes, sha256 ${raw.sha256}</dd>${file(bmap)}<dt>described by</dt><dd>${[
    ...sboms,
    buildManifest,
    provenance,
  ].map((path) => html`<a href="${path}">${path.replace(/^.*\//, '')}</a> `)}</dd>${values.map(
    (value) =>
      html`<dt>${value.kind} ${value.name}</dt><dd>${value.description}${value.required && ' (required)'}</dd>`,
  )}${unit.authorities.map((line) => html`<dt>takes units from</dt><dd class="mono">${line}</dd>`)}${
    unit.authorities.length === 0 &&
    html`<dt>takes units from</dt><dd>nobody: all its cards are the same</dd>`
  }</dl>`;
}

function changesPart({ number, previous, images, flows }: ReleaseChanges): Markup {
  if (previous === null) return html`<p>${firstWords(number)}</p>`;
  const nothing = flows !== null && [...flows.opens, ...flows.closes, ...flows.moves].length === 0;
  return html`<p>Since ${previous.version} (release ${previous.number}).</p>${
    flows !== null &&
    html`<h3>Who may reach whom</h3>${
      nothing
        ? html`<p>Nothing was opened and nothing was closed.</p>`
        : html`<ul>${flows.opens.map((words) => html`<li class="opens">opened: ${words}</li>`)}${flows.closes.map(
            (words) => html`<li class="closes">closed: ${words}</li>`,
          )}${flows.moves.map((words) => html`<li>moved: ${words}</li>`)}</ul>`
    }`
  }${images.map((image) => html`<h3>${image.name}</h3>${imageChangesPart(image)}`)}`;
}

function imageChangesPart({ change, packages, sizes, unit }: ImageChanges): Markup {
  if (change === 'added') return html`<p>New.</p>`;
  if (change === 'removed') return html`<p>No longer part of the release.</p>`;
  if (change === 'same') return html`<p>The same bytes.</p>`;
  return html`<ul>${packages.map((one) => html`<li>${packageWords(one)}</li>`)}${unit.map(
    ({ kind, name, change }) => html`<li>${kind} ${name}: ${change}</li>`,
  )}${sizes.map(({ part, from, to }) => html`<li>${part}: ${shown(from)} → ${shown(to)}</li>`)}</ul>`;
}

function shown(bytes: number | null): string {
  return bytes === null ? 'none' : formatBytes(bytes);
}
