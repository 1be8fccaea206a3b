// How long a replica waits in a view that came out of a view change (OSDI'99 section 4.5.2): twice as long
// from view to view, the first value again once what it waits for was executed, and never by a timer of an earlier view.
import { describe, expect, test } from 'vitest';
import type { PbftOptions } from '../../src/protocols/pbft/options.ts';
import { pbft } from '../../src/protocols/pbft/pbft.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { RecorderCluster } from '../traces/recorder-cluster.ts';

const defaults = defaultsOf<PbftOptions>(pbft.options);
const options: PbftOptions = {
  ...defaults,
  batch: { ...defaults.batch, timeout: 0 },
  requestTimeout: SECOND,
  viewChangeTimeout: 2 * SECOND,
  statusInterval: 100 * SECOND,
};
const clusterOf = (n: number) => new RecorderCluster(pbft, { n, options });

/** How long an armed timer still runs; null when it does not. */
function left(cluster: RecorderCluster, node: number, name: string): number | null {
  const armed = cluster.timers().find((timer) => timer.node === node && pbft.timers[timer.timer] === name);
  return armed === undefined ? null : armed.due - cluster.now;
}

function drop(cluster: RecorderCluster, which: (name: string, to: number) => boolean): void {
  for (let i = cluster.pending.length - 1; i >= 0; i--) {
    const { name, to } = cluster.pending[i] as { name: string; to: number };
    if (which(name, to)) cluster.drop(i);
  }
}

function deliver(cluster: RecorderCluster, which: (name: string, to: number) => boolean): void {
  for (;;) {
    const index = cluster.pending.findIndex(({ name, to }) => which(name, to));
    if (index < 0) return;
    cluster.deliver(index);
  }
}

/** Request 1 is prepared in view 0 and its commits are lost; request 2 waits at all backups; they ask for view 1, which begins. */
function secondView(): RecorderCluster {
  const cluster = clusterOf(4);
  cluster.request(0, [1]);
  deliver(cluster, (name) => name !== 'commit');
  drop(cluster, () => true);
  for (const node of [1, 2, 3]) cluster.request(node, [2]);
  drop(cluster, (name) => name === 'forward');
  cluster.advance(SECOND);
  deliver(cluster, (name) => name === 'view-change' || name === 'new-view');
  expect([1, 2, 3].map((node) => cluster.status(node)?.term)).toEqual([1, 1, 1]);
  return cluster;
}

describe('a view that executes only what the last one had prepared', () => {
  test('keeps the doubled timer, at its primary as at its backups', () => {
    const cluster = secondView();
    // The primary proposes request 2 as well, and that is lost.
    drop(cluster, (name) => name === 'pre-prepare');
    deliver(cluster, () => true);
    expect(cluster.nodes.map(({ executedPosition }) => executedPosition)).toEqual([1, 1, 1, 1]);
    expect([2, 3].map((node) => left(cluster, node, 'request'))).toEqual([2 * SECOND, 2 * SECOND]);
    cluster.advance(2 * SECOND);
    deliver(cluster, (name, to) => name === 'view-change' && to !== 2);
    expect([1, 3].map((node) => [cluster.status(node)?.term, left(cluster, node, 'view-change')])).toEqual([
      [2, 4 * SECOND],
      [2, 4 * SECOND],
    ]);
  });

  test('has the first value again at all of them once the request they waited for is executed', () => {
    const cluster = secondView();
    deliver(cluster, () => true);
    expect(cluster.nodes.map(({ executedPosition }) => executedPosition)).toEqual([2, 2, 2, 2]);
    for (const node of [2, 3]) cluster.request(node, [3]);
    drop(cluster, (name) => name === 'forward');
    expect([2, 3].map((node) => left(cluster, node, 'request'))).toEqual([SECOND, SECOND]);
    cluster.advance(SECOND);
    deliver(cluster, (name, to) => name === 'view-change' && to !== 2);
    expect([1, 3].map((node) => [cluster.status(node)?.term, left(cluster, node, 'view-change')])).toEqual([
      [2, 2 * SECOND],
      [2, 2 * SECOND],
    ]);
  });
});

describe('a replica that enters a view it did not ask for', () => {
  test('gives its primary the time of a new view, not what was left of the timer of the old one', () => {
    const cluster = clusterOf(4);
    for (const node of [1, 2]) cluster.request(node, [1]);
    cluster.advance(800 * MILLISECOND);
    cluster.request(3, [1]);
    drop(cluster, (name) => name === 'forward');
    cluster.advance(200 * MILLISECOND);
    drop(cluster, (name, to) => name === 'view-change' && to === 3);
    deliver(cluster, (name) => name === 'view-change');
    drop(cluster, (name, to) => name === 'view-change' && to === 3);
    expect(left(cluster, 3, 'request')).toBe(800 * MILLISECOND);
    deliver(cluster, (name) => name === 'new-view');
    expect(cluster.status(3)?.term).toBe(1);
    expect(left(cluster, 3, 'request')).toBe(2 * SECOND);
  });

  test('doubles the time with the view after that, like those that asked for it', () => {
    const cluster = clusterOf(4);
    for (const node of [1, 2, 3]) cluster.request(node, [1]);
    drop(cluster, (name) => name === 'forward');
    cluster.advance(SECOND);
    drop(cluster, (name, to) => name === 'view-change' && to === 3);
    deliver(cluster, (name) => name === 'view-change');
    drop(cluster, (name, to) => name === 'view-change' && to === 3);
    deliver(cluster, (name) => name === 'new-view');
    drop(cluster, () => true);
    cluster.advance(2 * SECOND);
    expect([2, 3].map((node) => cluster.status(node)?.term)).toEqual([2, 2]);
    deliver(cluster, (name) => name === 'view-change');
    expect(left(cluster, 3, 'view-change') ?? left(cluster, 3, 'request')).toBe(4 * SECOND);
  });
});

describe('a new view with proposals', () => {
  test('has its own time for them, not that of the view before', () => {
    const cluster = clusterOf(4);
    cluster.request(0, [1]);
    deliver(cluster, (name) => name !== 'commit');
    drop(cluster, () => true);
    cluster.advance(SECOND);
    deliver(cluster, (name) => name === 'view-change' || name === 'new-view');
    expect([2, 3].map((node) => left(cluster, node, 'request'))).toEqual([2 * SECOND, 2 * SECOND]);
  });
});
