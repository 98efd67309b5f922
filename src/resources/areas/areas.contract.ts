import { z } from 'zod';
import { areaKinds } from '../../domain/area.js';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { listQuery, pageOf } from '../../platform/http/page.js';
import { areaCode, bilingual, day, version } from '../shapes.contract.js';

const kind = component('AreaKind', z.enum(areaKinds));

const Area = component(
  'Area',
  z.strictObject({
    areaCode,
    kind,
    name: bilingual,
    parentCode: areaCode.nullable().meta({ description: 'The containing area; null for a province' }),
    validFrom: day.nullable().meta({ description: 'First day the code is valid; null when unknown' }),
    validTo: day.nullable().meta({ description: 'Last day the code is valid; null while it is' }),
    version,
  }),
);

const example = {
  areaCode: '4010',
  kind: 'district',
  name: { th: 'บ้านไผ่', en: 'Ban Phai' },
  parentCode: '40',
  validFrom: null,
  validTo: null,
  version: 1,
};

export const listAreas = operation({
  operationId: 'listAreas',
  method: 'GET',
  path: '/v1/areas',
  tag: 'areas',
  summary: 'List areas',
  description: 'Provinces, districts and subdistricts of the whole country, in the order of their codes.',
  permission: 'read',
  params: z.strictObject({}),
  query: z.strictObject({
    parent: areaCode.optional().meta({ description: 'Only the areas directly in this one' }),
    kind: kind.optional(),
    ...listQuery,
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of areas',
    body: component('AreaPage', pageOf(Area)),
    example: { items: [example], next: null },
    paged: true,
    streams: {
      file: 'areas',
      columns: [
        'areaCode',
        'kind',
        ['nameTh', 'name.th'],
        ['nameEn', 'name.en'],
        'parentCode',
        'validFrom',
        'validTo',
        'version',
      ],
    },
  },
  refusals: [],
});

export const exportAreas = wholeList(listAreas, { operationId: 'exportAreas', summary: 'All areas as a file' });

export const getArea = operation({
  operationId: 'getArea',
  method: 'GET',
  path: '/v1/areas/{areaCode}',
  tag: 'areas',
  summary: 'Read one area',
  description: 'A code that was never given, such as 4026, is not found.',
  permission: 'read',
  params: z.strictObject({ areaCode }),
  query: z.strictObject({}),
  body: null,
  answer: { status: 200, description: 'The area', body: Area, example },
  versioning: 'gives',
  refusals: [problems.areaNotFound],
});
