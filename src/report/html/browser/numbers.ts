/**
 * Browser side, as text: numbers on axes and in tooltips. The browser parts are text rather than functions turned into text,
 * because the report's bytes must not depend on which compiler took the types away.
 */
export const numbersScript = `
function groupThousands(text) {
  const [whole, fraction] = text.split('.');
  const grouped = whole.replace(/\\B(?=(\\d{3})+$)/g, ',').replace('-', '\\u2212');
  return fraction === undefined ? grouped : grouped + '.' + fraction;
}
function plainNumber(value, digits) {
  const rounded = Number(value.toPrecision(digits));
  return Math.abs(rounded) >= 1e15 ? String(rounded) : groupThousands(decimalText(rounded));
}
function decimalText(value) {
  const text = String(value);
  return text.includes('e') ? value.toFixed(9).replace(/0+$/, '') : text;
}
function axisText(value, format) {
  return format === 'share' ? plainNumber(value * 100, 6) + '%' : plainNumber(value, 6);
}
function tooltipText(value, format) {
  return format === 'share' ? plainNumber(value * 100, 4) + '%' : plainNumber(value, 4);
}
`;
