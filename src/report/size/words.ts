/** What a sizing search says in sentences: the recommendation, what it costs and gives, what binds it, and how far the proof goes. */
import { NO_GROWTH } from '../../experiment/size/kept-rate.ts';
import type { AnswerRow, SizeFile } from '../../results/size-file.ts';
import { formatBitRate } from '../../units/format.ts';
import { checkedRangeLines } from '../checked-range.ts';
import { formatNumber, formatQuantity, formatShare, formatShort, objectiveUnit } from '../html/format.ts';
import { counted, list, milliseconds, nodeWords, percent, resourceName, withInterval } from '../words.ts';
import { cutMeaning } from './cuts.ts';

export function money(amount: number, { currency }: SizeFile): string {
  return `${currency === null ? '' : `${currency} `}${whole(amount)}`;
}

/** Ours: what runs sent is said where it differs by more than this share from what clients send on average. */
const OTHER_LOAD = 0.1;

/** `1,234`: all digits of a whole number. */
export function whole(value: number): string {
  const rounded = Math.round(value);
  return formatNumber(rounded, String(Math.abs(rounded)).length);
}

/** `PBFT`, `Raft`: as people write them. */
export function protocolTitle(name: string): string {
  return { pbft: 'PBFT', raft: 'Raft' }[name] ?? name;
}

export function placeText({ placement }: AnswerRow): string {
  return list(placement.map(({ site, nodes }) => (nodes === 1 ? site : `${site} (${nodes})`)));
}

/** The question in one line, from what was asked for. */
export function askedText({ asked }: SizeFile): string {
  const { survive, byzantine } = asked;
  return list([
    ...asked.objectives.map(
      ({ measure, direction, target }) => `${measure} ${direction === 'at-least' ? '>=' : '<='} ${target}`,
    ),
    ...(survive === null ? [] : [`survive: ${survive.count} ${survive.of}${survive.count > 1 ? 's' : ''}`]),
    ...(byzantine === null ? [] : [`byzantine: ${byzantine.faults}${byzantine.meanwhile ? ' meanwhile' : ''}`]),
  ]);
}

/** The most important first. */
export function sizeVerdict(file: SizeFile): readonly string[] {
  const [first, ...others] = file.answers;
  if (first === undefined) return infeasible(file);
  return [
    recommendation(first),
    costSentence(first, file),
    givesSentence(first, file),
    ...lossSentence(first, file),
    headroomSentence(first),
    bindingSentence(first),
    proofSentence(file),
    ...(others.length === 0 ? [] : [othersSentence(first, others, file)]),
    `Trust: ${first.trust_note}`,
    changeSentence(first, file),
  ];
}

function recommendation(answer: AnswerRow): string {
  const { nodes, protocol, machine, cores, bandwidth_bps, placement, settings } = answer;
  const leader = placement[0]?.site;
  const set = settings === '' ? '' : ` Settings: ${settings.split(' ').join(', ')}.`;
  const timeouts = Object.entries(answer.timeouts_ms).map(([name, value]) =>
    typeof value === 'number'
      ? `${name} ${formatShort(value)} ms`
      : `${name} ${formatShort(value[0])}–${formatShort(value[1])} ms`,
  );
  const derived = timeouts.length === 0 ? '' : ` Timeouts that suit these distances: ${timeouts.join(', ')}.`;
  return `Run ${protocolTitle(protocol)} on ${counted(nodes, 'node')} in ${placeText(answer)}, with ${leader} leading at first. Each node is a ${machine} machine (${counted(cores, 'core')}) with ${formatBitRate(bandwidth_bps)} each way.${set}${derived}`;
}

function costSentence({ cost_per_month: cost }: AnswerRow, file: SizeFile): string {
  const { average_load, throughput_per_s: throughput, goodput } = file.asked;
  const asked =
    goodput !== null && goodput.sent_per_s > (throughput ?? 0)
      ? 'the load that the goodput asked for takes'
      : throughput === null
        ? 'the load of the scenario'
        : 'the throughput asked for';
  const parts = [
    ['machines', cost.machines],
    ['bandwidth', cost.bandwidth],
    ['traffic', cost.egress],
    ['disk', cost.disk],
  ] as const;
  const said = parts.filter(([, amount]) => amount > 0).map(([name, amount]) => `${name} ${money(amount, file)}`);
  const mean =
    cost.egress + cost.disk > 0 ? `; traffic and disk at a mean load of ${percent(average_load)} of ${asked}` : '';
  const unpriced = file.currency === null ? ', without prices for traffic and disk' : '';
  return `It costs ${money(cost.total, file)} a month: ${list(said)}${mean}${unpriced}.`;
}

/** Of the runs that held anything to measure, and how many held nothing. */
function runsText({ replications: runs, quiet_replications: quiet }: AnswerRow): string {
  const over = runs === 1 ? 'in one run, so without intervals' : `means and 95% intervals over ${counted(runs, 'run')}`;
  return quiet === 0 ? over : `${over}; left out: ${quietText(quiet, runs + quiet)}`;
}

/** `2 of 3 runs held no request that was final or overdue`. */
function quietText(quiet: number, of: number): string {
  return `${quiet} of ${counted(of, 'run')} held no request that was final or overdue`;
}

function givesSentence(answer: AnswerRow, { asked }: SizeFile): string {
  const objectives = answer.objective
    .map(({ measure, value, low, high, target, met }, i) => {
      if (value === null) return `${measure} –`;
      const estimate = { mean: value, low: low ?? value, high: high ?? value, replications: answer.replications };
      return `${measure} ${withInterval(estimate, objectiveUnit(measure))} (asked for ${target}${shortText(value, met, asked, i)})`;
    })
    .join(', ');
  const margin = marginText(asked);
  const open = openText(answer.objective) + unsureText(answer.unsure);
  return `Under ${formatQuantity(asked.offered_per_s, 'per_s')} offered${margin}${sentText(answer, asked)}, it gives ${objectives} (${runsText(answer)}).${open}`;
}

/** Bursts and traces may have sent more than they do on average. */
function sentText({ offered_per_s: sent }: AnswerRow, { offered_per_s: meant }: SizeFile['asked']): string {
  if (sent === null || Math.abs(sent.mean - meant) <= OTHER_LOAD * meant) return '';
  return ` (its runs sent ${formatQuantity(sent.mean, 'per_s')})`;
}

/** What is met although a little of it seems to be missing: by how much may pile up at most (experiment/size/kept-rate.ts). */
function shortText(value: number, met: boolean, { objectives, load_margin }: SizeFile['asked'], i: number): string {
  const asked = objectives[i];
  if (!met || asked?.direction !== 'at-least' || value >= asked.limit) return '';
  const most = Math.max(NO_GROWTH, load_margin / (1 + load_margin));
  return `; the rest was under way at the ends of its runs, of which less than ${percent(most)} of what is sent piles up`;
}

function openText(verdicts: readonly { readonly decided: boolean }[]): string {
  const open = verdicts.some(({ decided }) => !decided);
  return open ? ' An interval reaches across its target: more replications could turn it.' : '';
}

/** What one run alone cannot tell. */
function unsureText(measures: readonly string[]): string {
  if (measures.length === 0) return '';
  const [targets, them] = measures.length === 1 ? ['its target', 'it'] : ['their targets', 'them'];
  return ` So near ${targets}, one run cannot tell ${list(measures)} for certain: more replications could turn ${them}.`;
}

/** Why so much is offered, in words that follow it. */
function marginText({ throughput_per_s: throughput, goodput, load_margin }: SizeFile['asked']): string {
  const more = load_margin === 0 ? 'no' : percent(load_margin);
  if (goodput !== null && goodput.sent_per_s > (throughput ?? 0))
    return goodput.valid_share === 1
      ? `, ${more} more than the goodput asked for`
      : `, ${more} more than the goodput asked for takes where ${percent(goodput.valid_share)} of the requests are valid`;
  return throughput === null ? '' : `, ${more} more than asked for`;
}

function lossSentence(answer: AnswerRow, { asked }: SizeFile): readonly string[] {
  const { losses, quorum, nodes, byzantine_tolerated: lies } = answer;
  const tolerates = `A quorum is ${quorum} of ${nodes} nodes${lies > 0 ? `, with up to ${lies} Byzantine` : ''}.`;
  const worst = losses.reduce<(typeof losses)[number] | null>(
    (most, one) => ((one.finality_p99_ms?.mean ?? 0) > (most?.finality_p99_ms?.mean ?? -1) ? one : most),
    null,
  );
  if (worst === null) return [tolerates];
  const p99 =
    worst.finality_p99_ms === null ? '' : `, with finality p99 at ${withInterval(worst.finality_p99_ms, 'ms')}`;
  const open =
    openText(losses) +
    unsureText(losses.flatMap(({ unsure, lost }) => unsure.map((measure) => `${measure} after the loss of ${lost}`)));
  const quiet = losses.reduce((sum, one) => sum + one.quiet_replications, 0);
  const all = losses.reduce((sum, one) => sum + one.replications + one.quiet_replications, 0);
  const left = quiet === 0 ? '' : ` Left out: ${quietText(quiet, all)}.`;
  return [
    `${tolerates} It was simulated without ${list(losses.map(({ lost }) => lost))} in turn and met the objectives again each time; worst without ${worst.lost}${p99}, measured from ${formatShort(worst.settled_after_ms / 1000)} s after the loss, the time given to recover.${left}${open} ${simulatedLosses(answer, asked.survive)}`,
  ];
}

/** How many of the losses were run, and which: the rest stands on quorum arithmetic. */
function simulatedLosses({ losses, losses_possible }: AnswerRow, survive: SizeFile['asked']['survive']): string {
  const possible = losses_possible ?? losses.length;
  const what = survive === null || survive.count === 1 ? 'losses' : `combinations of ${survive.count} ${survive.of}s`;
  if (losses.length >= possible) return `All ${whole(possible)} possible ${what} were simulated.`;
  const chosen =
    survive?.of === 'site'
      ? 'those that take the first nodes in the order of leaders'
      : survive?.count === 1
        ? 'the first node of each site, since the others of a site are like it but for leading'
        : 'the one that takes the nodes which would lead first';
  return `Simulated were ${whole(losses.length)} of the ${whole(possible)} possible ${what}: ${chosen}; the others rest on quorum arithmetic and the bounds.`;
}

function headroomSentence({ headroom, losses }: AnswerRow): string {
  const { keeps, unsure, fails, why, all_up } = headroom;
  const what = losses.length === 0 ? 'all of this' : 'all of this, after each of these losses too,';
  const beyond = fails === null ? ', the most that was tried' : `; at ${formatShort(fails)} times, ${why}`;
  const all =
    keeps > 1
      ? `it still gives ${what} at ${formatShort(keeps)} times the load${beyond}`
      : fails === null
        ? 'it was not measured, since the search was stopped'
        : `none is shown: at ${formatShort(fails)} times the load, ${why}`;
  const doubt = unsureText(unsure.map((measure) => `${measure} at that load`));
  if (all_up.keeps <= keeps) return `Headroom: ${all}.${doubt}`;
  const further =
    all_up.fails === null ? ', the most that was tried' : `; at ${formatShort(all_up.fails)} times, ${all_up.why}`;
  return `Headroom: ${all}.${doubt} With all nodes up it gives this at ${formatShort(all_up.keeps)} times the load${further}.`;
}

/** `×1.25, with all nodes up ≥ ×3`: what is said of all nodes up alone only where it is more. */
export function headroomText({ all_up, ...all }: AnswerRow['headroom']): string {
  const factor = ({ keeps, fails }: typeof all): string => `${fails === null ? '≥ ' : ''}×${formatShort(keeps)}`;
  return all_up.keeps > all.keeps ? `${factor(all)}, with all nodes up ${factor(all_up)}` : factor(all);
}

function bindingSentence({ margins }: AnswerRow): string {
  const [first] = margins;
  if (first === undefined) return 'Nothing measured binds it.';
  return `Binding constraint: ${bindingText(first)}.`;
}

/** `finality_p99 after the loss of Frankfurt, 1,914 ms of 2s (4.3% to spare)`. */
export function bindingText({ what, kind, after, value, target, spare, node }: AnswerRow['margins'][number]): string {
  const when = after === null ? '' : ` after the loss of ${after}`;
  if (kind === 'resource') return `${resourceName(what)} of ${nodeWords(node)}${when}, ${percent(value)} busy`;
  return `${what}${when}, ${formatQuantity(value, objectiveUnit(what))} of ${target} (${formatShare(Math.max(0, spare))} to spare)`;
}

/** What is proven, under what assumptions, and what is not. */
function proofSentence(file: SizeFile): string {
  const { candidates, cuts, simulated, runs, ended, failed_runs } = file.search;
  const open = openIn(file);
  const cheaper = cuts.filter((cut) => cut.cheaper > 0 && cut.cut !== 'undecided');
  const total = cheaper.reduce((sum, cut) => sum + cut.cheaper, 0);
  const counts = `${counted(simulated, 'candidate')} of ${whole(candidates)} ${simulated === 1 ? 'was' : 'were'} simulated, in ${counted(runs, 'run')}`;
  const rests = new Set(cheaper.map(({ rests_on }) => rests_on));
  const assumed = [
    ...(rests.has('monotonicity') ? ['that more cores or bandwidth never make a cluster worse'] : []),
    ...(rests.has('short run') ? ['that a short run which misses by more than 10% or falls behind settles it'] : []),
    ...(rests.has('full runs') || rests.has('drills') ? ['the runs that failed'] : []),
  ];
  const nothing =
    total === 0
      ? open.cheaper > 0
        ? 'no cheaper candidate is left out'
        : 'no candidate of the space is cheaper'
      : `${open.cheaper > 0 ? '' : 'all '}${whole(total)} cheaper candidates are left out (${list(cheaper.map(({ cut, cheaper: count }) => `${whole(count)} ${cutMeaning(cut)}`))})`;
  const grounds =
    assumed.length === 0 ? 'by arithmetic and bounds alone' : `by arithmetic and bounds, and given ${list(assumed)}`;
  const rest =
    ended === 'interrupted'
      ? ' The search was stopped: the further answers may be incomplete.'
      : ended === 'budget'
        ? ' The budget of runs was spent: the further answers may be incomplete.'
        : ended === 'capped'
          ? ' A rough answer simulates no more candidates: the further answers may be incomplete.'
          : '';
  // A run that crashed says nothing of its candidate, which may be cheaper.
  const claim =
    failed_runs > 0
      ? 'Cheapest found (runs that did not end may hide a cheaper one)'
      : open.cheaper > 0
        ? `Cheapest found (${counted(open.cheaper, 'cheaper candidate')} undecided: ${open.why})`
        : assumed.length > 0
          ? 'Cheapest within this space as far as runs can tell'
          : 'Proven cheapest within this space';
  return `${claim}: ${nothing}, ${grounds}. Of equal cost, the quickest by its delays comes first. ${counts}.${rest}`;
}

function othersSentence(first: AnswerRow, others: readonly AnswerRow[], file: SizeFile): string {
  const each = others.map(
    (answer) =>
      `${protocolTitle(answer.protocol)} on ${counted(answer.nodes, 'node')}, ${answer.machine} with ${formatBitRate(answer.bandwidth_bps)}, for ${money(answer.cost_per_month.total - first.cost_per_month.total, file)} more (headroom ${headroomText(answer.headroom)}${worstText(answer)})`,
  );
  return `Next of other kinds: ${list(each)}.`;
}

function worstText({ losses }: AnswerRow): string {
  const all = losses.flatMap(({ finality_p99_ms: p99 }) => (p99 === null ? [] : [p99.mean]));
  return all.length === 0 ? '' : `, finality p99 at most ${milliseconds(Math.max(...all))} after a loss`;
}

function changeSentence(first: AnswerRow, file: SizeFile): string {
  const saved = file.nearest.filter(
    ({ cost_per_month, cut }) => cost_per_month < first.cost_per_month.total && cut !== 'undecided',
  );
  const kinds = [...new Set(saved.map(({ cut }) => cut))].map((cut) => {
    const least = Math.min(...saved.filter((near) => near.cut === cut).map(({ cost_per_month }) => cost_per_month));
    return `${cutMeaning(cut)} (from ${money(least, file)})`;
  });
  const open = openIn(file).cheaper > 0 ? 'longer runs, which could decide the cheaper candidates that are open; ' : '';
  const cheaper =
    kinds.length === 0
      ? 'Nothing cheaper is in the space, so only other items in the catalogue could change the answer downwards'
      : `Cheaper candidates were left out ${list(kinds)}: the answer changes where one of these demands is dropped or eased`;
  return `What would change it: ${open}${cheaper}; or other prices, other shares of the sites in the load, or delays that differ from the matrix (\`quorumlab sensitivity\` says which matters).`;
}

/** How the search would go on. */
const goOn = {
  budget: ' (raise --budget to go on)',
  capped: ' (without --quick it goes on)',
  interrupted: '',
} as const;

const STOPPED = {
  budget: 'budget of runs was spent',
  capped: 'rough answer had simulated as many candidates as it may',
  interrupted: 'search was stopped',
} as const;

/** What runs could not decide: how many candidates, how many of them cheaper than the answer, and one of them with its reason. */
function openIn({ search, nearest }: SizeFile) {
  const { count, cheaper } = search.cuts.find(({ cut }) => cut === 'undecided') ?? { count: 0, cheaper: 0 };
  const { label, why } = nearest.find(({ cut }) => cut === 'undecided') ?? { label: '', why: '' };
  return { count, cheaper, label, why };
}

function infeasible(file: SizeFile): readonly string[] {
  const { candidates, cuts, ended, runs, simulated } = file.search;
  const cut = cuts.toSorted((a, b) => b.count - a.count);
  const said = list(cut.map(({ cut: name, count }) => `${whole(count)} ${cutMeaning(name)}`));
  if (ended !== 'complete' && ended !== 'exhausted')
    return [
      `Nothing was found before the ${STOPPED[ended]}, which proves nothing${goOn[ended]}${said === '' ? '' : `: left out so far were ${said}`}.`,
    ];
  const nearest = file.nearest.find(({ cut: name }) => name !== 'undecided');
  const open = openIn(file);
  const verdict =
    open.count === 0
      ? `No candidate of the ${whole(candidates)} in the space gives ${askedText(file)}`
      : `Of no candidate of the ${whole(candidates)} in the space is it known that it gives ${askedText(file)}, which proves nothing of those that are undecided`;
  return [
    `${verdict}: ${said}.`,
    ...(open.count === 0 ? [] : [`Undecided${open.count > 1 ? ', such as' : ' is'} ${open.label}: ${open.why}.`]),
    ...(nearest === undefined
      ? []
      : [`Nearest: ${nearest.label}, for ${money(nearest.cost_per_month, file)} a month: ${nearest.why}.`]),
    `${counted(simulated, 'candidate')} ${simulated === 1 ? 'was' : 'were'} simulated, in ${counted(runs, 'run')}.${open.count === candidates ? '' : ' Ease what excludes most, or widen the space: more nodes, other sites, stronger machines.'}`,
  ];
}

export const NEAREST_TITLE = 'Those that come nearest and do not do, or are undecided';
export const NEAREST_FIRST =
  'Nearest first: by the share of the target missed (a bound misses by at least so much), then by how many nodes are lacking, then those whose options contradict, then those that runs could not decide.';

/** Where the answers lie; without one, where what came nearest does. */
export function sizeRangeLines({ answers, nearest }: SizeFile): readonly string[] {
  if (answers.length > 0) return checkedRangeLines(answers);
  if (nearest.length === 0)
    return ['No candidate is known that could be held against the ranges checked against real systems.'];
  return checkedRangeLines(nearest).map((line) => `Nearest of those that are no answer: ${line}`);
}

/** What the numbers are. */
export function footnotes({ asked, search, quick }: SizeFile): readonly string[] {
  return [
    ...(quick && search.most_simulated !== null
      ? [
          `A rough answer (--quick): at most ${counted(search.most_simulated, 'candidate')} simulated, in at most two replications (four on the verge) of a quarter of the duration; its verdicts on the verge may turn in full runs.`,
        ]
      : []),
    'Cost: machines and bandwidth from the catalogue (times the factor of the site); traffic from the sizes of messages, disk from those of transactions kept for the retention time, on every node.',
    'Candidates are tried in the order of their cost. Arithmetic and bounds on delays and capacity exclude without a run; a bound counts no queue, so no run does better.',
    ...(asked.survive === null
      ? []
      : [
          `A loss is judged by quorum arithmetic and, for what is left, by runs in which its nodes crash at 1 s and stay away. ${asked.byzantine === null || asked.byzantine.meanwhile ? '' : 'The loss and a Byzantine node are not assumed at once; `byzantine: 1 meanwhile` asks for both. '}Byzantine nodes are counted, not simulated.`,
        ]),
    'The initial leader stands where delays bound finality least; nodes are numbered from the best place for a leader to the worst. The faults of the scenario are not part of the search.',
    ...(search.failed_runs > 0 ? [`${counted(search.failed_runs, 'run')} did not end.`] : []),
  ];
}
