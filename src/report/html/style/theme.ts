/**
 * The colours of the report in its light and dark theme, as style-sheet variables that page and charts share. Points follow
 * Okabe and Ito's palette for colour-blind readers, darkened or lightened for contrast; stages rise in lightness with time;
 * resources go by family (processing blue-grey, network teal, disk ochre), so that no family is taken for a point.
 */
const LIGHT = {
  page: '#fbfbfa',
  card: '#ffffff',
  ink: '#1c2126',
  'ink-soft': '#59626c',
  rule: '#d9dde1',
  grid: '#e9ebed',
  good: '#0b6b4b',
  'good-wash': '#e9f5f0',
  bad: '#a61b1b',
  'bad-wash': '#fcecec',
  caution: '#7a5200',
  'caution-wash': '#fdf4e0',
  points: ['#0a66b0', '#c8500a', '#00805a', '#a8437c', '#9a6d00', '#2a8cb8', '#7b4b2c', '#56606b'],
  stages: ['#33406b', '#3f6d84', '#6a9a80', '#b5ac66', '#dfb083', '#ecd3ba'],
  resources: ['#3b4160', '#8990b3', '#0f7173', '#69b7b1', '#c58b2a'],
};

const DARK: typeof LIGHT = {
  page: '#131619',
  card: '#1a1e22',
  ink: '#e7e9eb',
  'ink-soft': '#a0a9b2',
  rule: '#353c43',
  grid: '#272d33',
  good: '#6fd3ab',
  'good-wash': '#16291f',
  bad: '#ff9a94',
  'bad-wash': '#351b1b',
  caution: '#ecc26a',
  'caution-wash': '#2e2612',
  points: ['#5cabe8', '#f08a4e', '#3dbd93', '#df8fbf', '#dfb23c', '#8ed1f2', '#c99a78', '#aab4be'],
  stages: ['#5c6ca8', '#5592ac', '#7fb397', '#c6be7a', '#e2b78a', '#f2dcc7'],
  resources: ['#8089c4', '#bcc2e2', '#279f9d', '#8bd5ce', '#dfac50'],
};

const RESOURCES = ['thread', 'cores', 'egress', 'ingress', 'disk'];

/** Variables for both themes, and one class per series colour (inline styles are forbidden by the page's security policy). */
export function themeCss(): string {
  const names = Object.keys(variables(LIGHT)).filter((name) => /^(point|stage|resource)-|^ink-soft$/.test(name));
  return `:root{color-scheme:light dark;${declarations(LIGHT)}}
@media screen and (prefers-color-scheme:dark){:root:not(.printing){${declarations(DARK)}}}
${names.map((name) => `.${name}{color:var(--${name})}`).join('\n')}
`;
}

function declarations(theme: typeof LIGHT): string {
  return Object.entries(variables(theme))
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}

function variables({ points, stages, resources, ...page }: typeof LIGHT): Record<string, string> {
  const numbered = (kind: string, colours: readonly string[]) =>
    colours.map((colour, index) => [`${kind}-${index}`, colour]);
  return {
    ...page,
    ...Object.fromEntries(numbered('point', points)),
    ...Object.fromEntries(numbered('stage', stages)),
    ...Object.fromEntries(resources.map((colour, index) => [`resource-${RESOURCES[index]}`, colour])),
  };
}
