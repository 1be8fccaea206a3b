// The timeline says who leads in words, and does not pass off what a restarted node believes of itself for a change of leader.
import { expect, test } from 'vitest';
import { eventRows } from '../../src/results/build-point.ts';

const mark = (at: number, node: number, text: string) => ({ at: at * 1e9, node, kind: 'mark', text }) as const;
const texts = (events: readonly ReturnType<typeof mark>[], protocol: string): readonly string[] =>
  eventRows({ events }, protocol).map(({ text }) => text);

test('a leader of an older view than one that was led before is marked as a restarted node that does not know it yet', () => {
  const events = [mark(0, 0, 'leader 0'), mark(2, 1, 'leader 1'), mark(4, 0, 'leader 0'), mark(6, 2, 'leader 2')];
  expect(texts(events, 'pbft')).toEqual([
    'view 0: node 0 leads',
    'view 1: node 1 leads',
    'view 0: node 0 leads (restarted, not yet aware of later views)',
    'view 2: node 2 leads',
  ]);
  expect(texts(events, 'raft')[2]).toBe('term 0: node 0 leads (restarted, not yet aware of later terms)');
});

test('a leader that restarts in the highest view led so far is no stranger to it, and other marks stay as they are', () => {
  expect(texts([mark(0, 0, 'leader 0'), mark(1, 1, 'view-change 1'), mark(2, 0, 'leader 0')], 'pbft')).toEqual([
    'view 0: node 0 leads',
    'view-change 1',
    'view 0: node 0 leads',
  ]);
});
