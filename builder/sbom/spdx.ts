import { contentUuid } from './content-uuid.ts';
import type { SbomComponent } from './sbom-component.ts';
import type { SbomImage } from './sbom-image.ts';

interface SpdxPackage {
  readonly SPDXID: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

interface SpdxRelationship {
  readonly spdxElementId: string;
  readonly relationshipType: 'DESCRIBES' | 'CONTAINS';
  readonly relatedSpdxElement: string;
}

/**
 * An SPDX 2.3 document (ISO/IEC 5962) of an image. Files are packages whose purpose is FILE: what SPDX calls a file must have a SHA-1. Its
 * one time stamp is the date of the lock, as everywhere in an image.
 */
export function spdx(image: SbomImage): string {
  const packages: SpdxPackage[] = [];
  const relationships: SpdxRelationship[] = [];
  const add = (id: string, fields: Readonly<Record<string, unknown>> & { readonly name: string }): string => {
    const SPDXID = `SPDXRef-${id.replaceAll(/[^A-Za-z0-9.-]+/g, '-')}`;
    packages.push({ SPDXID, ...fields, downloadLocation: 'NOASSERTION', filesAnalyzed: false });
    return SPDXID;
  };
  const contains = (whole: string, part: string): void => {
    relationships.push({ spdxElementId: whole, relationshipType: 'CONTAINS', relatedSpdxElement: part });
  };
  const whole = add('image', {
    name: image.unit,
    versionInfo: image.date,
    primaryPackagePurpose: 'FIRMWARE',
    checksums: sha256(image.sha256),
  });
  const ids = new Map<string, string>();
  for (const [index, entry] of image.components.entries()) {
    const id = add(`component-${index}-${entry.name}`, componentFields(entry));
    ids.set(entry.id, id);
    for (const { name, version, purl } of entry.parts) {
      contains(
        id,
        add(`component-${index}-part-${name}`, {
          name,
          versionInfo: version,
          externalRefs: packageUrls(purl),
        }),
      );
    }
  }
  for (const [index, place] of image.places.entries()) {
    const placeId = add(`part-${place.name}`, {
      name: place.name,
      primaryPackagePurpose: place.files.length > 0 ? 'ARCHIVE' : 'FILE',
      ...(place.sha256 === null ? {} : { checksums: sha256(place.sha256) }),
    });
    contains(whole, placeId);
    for (const id of place.components) contains(placeId, ids.get(id)!);
    for (const [number, file] of place.files.entries()) {
      const fileId = add(`file-${index}-${number}`, {
        name: file.path,
        primaryPackagePurpose: 'FILE',
        checksums: sha256(file.sha256),
      });
      contains(placeId, fileId);
      for (const id of file.components) contains(fileId, ids.get(id)!);
    }
  }
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: image.unit,
    documentNamespace: `urn:uuid:${contentUuid({ packages, relationships })}`,
    creationInfo: {
      created: `${image.date}T00:00:00Z`,
      creators: [`Tool: boardsmith-${image.version}`],
    },
    packages,
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: whole },
      ...relationships,
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function componentFields(entry: SbomComponent): Record<string, unknown> & { readonly name: string } {
  const { name, version, purl, licence, licenceTexts, type } = entry;
  return {
    name,
    ...(version === '' ? {} : { versionInfo: version }),
    primaryPackagePurpose: type === 'operating-system' ? 'OPERATING-SYSTEM' : type.toUpperCase(),
    checksums: sha256(entry.sha256),
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: licence ?? 'NOASSERTION',
    ...(licenceTexts.length === 0
      ? {}
      : { licenseComments: licenceTexts.map((text) => `${text.name} sha256:${text.sha256}`).join('\n') }),
    copyrightText: 'NOASSERTION',
    ...(purl === null ? {} : { externalRefs: packageUrls(purl) }),
  };
}

function packageUrls(purl: string): Record<string, string>[] {
  return [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }];
}

function sha256(checksumValue: string): Record<string, string>[] {
  return [{ algorithm: 'SHA256', checksumValue }];
}
