/** The files that come with the package (scenarios/), by name; found from this module, in source and in the build alike. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

export interface ShippedTrace {
  readonly name: string;
  readonly summary: string;
  readonly reference: string;
  /** Below scenarios/data. */
  readonly path: string;
  readonly columns: string;
}

export const shippedTraces: readonly ShippedTrace[] = [
  {
    name: 'scms',
    summary: 'Supply chain of medicines: 10,324 order lines to 43 countries, 2006–2015.',
    reference: 'USAID Supply Chain Management System, United States government open data',
    path: 'traces/scms-supply-chain-trace.csv',
    columns: 'time: delivered_to_client_date (also scheduled_delivery_date, po_sent_to_vendor_date)',
  },
  {
    name: 'nasdaq',
    summary: 'Trades per second of ten stocks, 09:30–10:00: mean 74/s, first second 34,762.',
    reference: 'Diablo benchmark suite, Apache-2.0',
    path: 'traces/diablo-nasdaq10-per-second.csv',
    columns: 'time: time, count: trades',
  },
  {
    name: 'bpic2012',
    summary: 'Loan applications of a bank, events per hour: 262,200 from 2011-10 to 2012-03.',
    reference: 'BPI Challenge 2012, doi 10.4121/uuid:3926db30-f712-4394-aebc-75976070e91f',
    path: 'traces/bpic2012-events-per-hour.csv',
    columns: 'time: hour_utc, count: events',
  },
  {
    name: 'wabo',
    summary: 'Municipal permits, events per hour: 8,577.',
    reference: 'WABO receipt phase event log, CoSeLoG project',
    path: 'traces/wabo-receipt-events-per-hour.csv',
    columns: 'time: hour_utc, count: events',
  },
];

export const traceNames: readonly string[] = shippedTraces.map((trace) => trace.name);

/** The absolute path of a file below scenarios/data. */
export function dataPath(path: string): string {
  return resolve(packageRoot, 'scenarios/data', path);
}

/** The absolute path of the committed JSON Schema. */
export function schemaPath(): string {
  return resolve(packageRoot, 'schema/scenario.json');
}

/** The names of the profiles that are shipped: cost tables of cryptography, presets of disks. */
export function profileNames(kind: 'crypto' | 'disk'): readonly string[] {
  const folder = resolve(packageRoot, 'scenarios/profiles', kind);
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.yaml'))
        .map((file) => file.slice(0, -5))
        .sort()
    : [];
}

/** A profile by name, or by path when it looks like one. */
export function profilePath(kind: 'crypto' | 'disk', name: string, scenarioFile: string): string {
  return /[/\\.]/.test(name)
    ? besideScenario(name, scenarioFile)
    : resolve(packageRoot, 'scenarios/profiles', kind, `${name}.yaml`);
}

/** A trace by name, or by its path from the scenario file. */
export function tracePath(name: string, scenarioFile: string): string {
  const shipped = shippedTraces.find((trace) => trace.name === name);
  return shipped === undefined ? besideScenario(name, scenarioFile) : dataPath(shipped.path);
}

/** Paths in a scenario count from the folder of its file. */
export function besideScenario(path: string, scenarioFile: string): string {
  return isAbsolute(path) ? path : resolve(dirname(scenarioFile), path);
}

/**
 * Where a scenario named on the command line lies: the file itself; or, where there is no such file, the shipped scenario of that
 * name (`quickstart`, `scenarios/quickstart.yaml`), so that an installed package can run what it brings.
 */
export function scenarioPath(file: string): string {
  if (existsSync(file)) return file;
  const named = /^(?:scenarios\/)?([a-z0-9-]+)(?:\.yaml)?$/.exec(file)?.[1];
  const shipped = resolve(packageRoot, 'scenarios', `${named}.yaml`);
  return named !== undefined && existsSync(shipped) ? shipped : file;
}

/** The same of a protocol's file on the command line (`scenarios/own/chain.js`), counted from the folder `from`. Absolute. */
export function protocolPath(file: string, from = '.'): string {
  const own = resolve(from, file);
  const shipped = resolve(packageRoot, file);
  const isShipped = /^scenarios\/own\/[a-z0-9-]+\.js$/.test(file) && existsSync(shipped);
  return isShipped && !existsSync(own) ? shipped : own;
}
