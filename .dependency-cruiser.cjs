// The import order of src/, as one table (docs/ARCHITECTURE.md). Imports point up it only: a folder may import itself
// and the folders of the rows above. Folders that share a row do not know each other. Type-only imports count too.
const order = [
  ['units'],
  ['kernel'],
  ['statistics'],
  ['network'],
  ['machines'],
  ['ledger'],
  ['protocols'],
  ['workloads'],
  ['faults'],
  ['checks'],
  ['simulation'],
  ['experiment'], // everything down to here is pure
  ['scenario'],
  ['results'],
  ['executor'],
  ['explore', 'validation', 'calibration'],
  ['report'],
  ['live'],
  ['cli'],
  ['index.ts'],
];
const lastPureRow = order.findIndex((row) => row.includes('experiment'));

/** A pattern for everything that lies in one of these entries of the table. */
function inside(entries) {
  const patterns = entries.map((entry) => (entry.endsWith('.ts') ? `${entry.replace('.', '\\.')}$` : `${entry}/`));
  return `^src/(${patterns.join('|')})`;
}

const orderRules = order.flatMap((row, rowIndex) =>
  row.map((entry) => {
    const outOfReach = [...row.filter((neighbour) => neighbour !== entry), ...order.slice(rowIndex + 1).flat()];
    return {
      name: `order-${entry}`,
      comment: `${entry} may import only itself and what stands above it in the order table.`,
      severity: 'error',
      from: { path: inside([entry]) },
      to: { path: outOfReach.length > 0 ? inside(outOfReach) : '^src/$' },
    };
  }),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...orderRules,
    {
      name: 'unknown-folder',
      comment: 'A folder of src/ that is not in the order table imports something: give it a row.',
      severity: 'error',
      from: { path: '^src/', pathNot: inside(order.flat()) },
      to: {},
    },
    {
      name: 'unknown-folder-imported',
      comment: 'A folder of src/ that is not in the order table is imported: give it a row.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: inside(order.flat()) },
    },
    {
      name: 'no-cycles',
      comment: 'Modules that import each other in a circle cannot be read one after the other.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pure-folders',
      comment: 'A pure folder touches nothing outside its arguments, so it imports no Node module.',
      severity: 'error',
      from: { path: inside(order.slice(0, lastPureRow + 1).flat()) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-what-is-shipped',
      comment: 'src/ is shipped without tests, benchmarks and development dependencies.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|dist)/' },
    },
    {
      name: 'no-development-dependencies',
      comment: 'src/ is shipped without the development dependencies; optional ones are peers and loaded on demand.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg'],
        dependencyTypesNot: ['npm-peer', 'npm-optional', 'type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'resolvable',
      comment: 'The imported module does not exist.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
