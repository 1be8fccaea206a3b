// When faults fall due, whom they hit, and how they end; and, judged from outside, who leads and who is cut off.
import { describe, expect, test } from 'vitest';
import type { FaultSubject } from '../../src/faults/fault.ts';
import { FaultDriver } from '../../src/faults/fault-driver.ts';
import type { FaultSpec } from '../../src/faults/fault-spec.ts';
import { faultDefinitions } from '../../src/faults/registry.ts';
import { NEVER } from '../../src/units/quantities.ts';

const ms = 1_000_000;

/** Writes down what is done to it. */
class Recorder implements FaultSubject {
  readonly nodes = 5;
  readonly tolerated?: number;
  readonly forgets?: boolean;
  readonly quorum?: number;
  leader = 2;
  readonly log: string[] = [];
  constructor(trust: { readonly tolerated?: number; readonly forgets?: boolean; readonly quorum?: number } = {}) {
    Object.assign(this, trust);
  }
  currentLeader(): number {
    return this.leader;
  }
  crash(node: number, at: number): void {
    this.log.push(`${at / ms}: crash ${node}`);
  }
  restart(node: number, at: number): void {
    this.log.push(`${at / ms}: restart ${node}`);
  }
  setPace(node: number, by: number, at: number): void {
    this.log.push(`${at / ms}: pace ${node} ${by}`);
  }
  partition(nodes: readonly number[], at: number): (at: number) => void {
    this.log.push(`${at / ms}: cut ${nodes}`);
    return (over) => this.log.push(`${over / ms}: heal ${nodes}`);
  }
  note(at: number, text: string): void {
    this.log.push(`${at / ms}: "${text}"`);
  }
}

function run(
  faults: readonly FaultSpec[],
  until: number,
  onAct?: (at: number, subject: Recorder, driver: FaultDriver) => void,
) {
  const subject = new Recorder();
  const driver = new FaultDriver(faults, subject);
  while (driver.next < until) {
    onAct?.(driver.next, subject, driver);
    driver.apply();
  }
  return { driver, log: subject.log };
}

describe('faults', () => {
  test('without any there is nothing to wait for', () => {
    const driver = new FaultDriver([], new Recorder());
    expect(driver.next).toBe(NEVER);
    expect(driver.quietFrom).toBe(0);
  });

  test('say in their record whom they are aimed at, one node or several', () => {
    const targets = [6, [6], [0, 6], 'leader'] as const;
    const { driver } = run(
      targets.map((target) => ({ kind: 'partition', target, at: 10 * ms, duration: 5 * ms }) as const),
      NEVER,
    );
    expect(driver.records.map(({ text }) => text)).toEqual([
      'partition node 6',
      'partition node 6',
      'partition nodes 0, 6',
      'partition leader',
    ]);
  });

  test('begin and end at their instants, are noted, and leave a record', () => {
    const { driver, log } = run(
      [
        { kind: 'crash', target: 3, at: 20 * ms, duration: 30 * ms },
        { kind: 'partition', target: [0, 1], at: 10 * ms, duration: 15 * ms },
        { kind: 'crash', target: [2, 4], at: 40 * ms, duration: null },
      ],
      NEVER,
    );
    expect(log).toEqual([
      '10: "partition of nodes 0, 1"',
      '10: cut 0,1',
      '20: "crash of node 3"',
      '20: crash 3',
      '25: "healing of nodes 0, 1"',
      '25: heal 0,1',
      '40: "crash of nodes 2, 4"',
      '40: crash 2',
      '40: crash 4',
      '50: "restart of node 3"',
      '50: restart 3',
    ]);
    expect(driver.records).toMatchObject([
      { text: 'crash node 3', at: 20 * ms, nodes: [3], endedAt: 50 * ms },
      { text: 'partition nodes 0, 1', at: 10 * ms, nodes: [0, 1], endedAt: 25 * ms },
      { text: 'crash nodes 2, 4', at: 40 * ms, nodes: [2, 4], endedAt: null },
    ]);
    expect(driver.quietFrom).toBe(50 * ms);
  });

  test('remember whether they struck whoever led then', () => {
    const crash = (target: FaultSpec['target'], at: number): FaultSpec => ({
      kind: 'crash',
      target,
      at,
      duration: null,
    });
    const { driver } = run(
      [crash(3, 10 * ms), crash('leader', 20 * ms), crash([1, 4], 30 * ms), crash(2, 40 * ms)],
      NEVER,
      (at, subject) => {
        subject.leader = at < 30 * ms ? 2 : 4;
      },
    );
    expect(driver.records.map(({ tookLeader }) => tookLeader)).toEqual([false, true, true, false]);
  });

  test('slow nodes by the worst of what is in force, and are noted with how much', () => {
    const { log } = run(
      [
        { kind: 'slow', by: 10, target: [1, 2], at: 10 * ms, duration: 30 * ms },
        { kind: 'slow', by: 4, target: 2, at: 20 * ms, duration: 40 * ms },
        { kind: 'slow', by: 10, target: 2, at: 25 * ms, duration: 10 * ms },
      ],
      NEVER,
    );
    expect(log).toEqual([
      '10: "slowness (10 times) of nodes 1, 2"',
      '10: pace 1 10',
      '10: pace 2 10',
      '20: "slowness (4 times) of node 2"',
      '20: pace 2 10',
      '25: "slowness (10 times) of node 2"',
      '25: pace 2 10',
      '35: "usual speed of node 2"',
      '35: pace 2 10',
      '40: "usual speed of nodes 1, 2"',
      '40: pace 1 1',
      '40: pace 2 4',
      '60: "usual speed of node 2"',
      '60: pace 2 1',
    ]);
  });

  test('that only slow a node do not count towards f', () => {
    const subject = new Recorder({ tolerated: 0 });
    const driver = new FaultDriver([{ kind: 'slow', by: 2, target: 0, at: ms, duration: null }], subject);
    driver.apply();
    expect(subject.log.join()).not.toContain('tolerated');
    expect(driver.quietFrom).toBe(ms);
  });

  test('of one instant take place in the order in which they are given', () => {
    const { log } = run(
      [4, 1, 3].map((target) => ({ kind: 'crash', target, at: 5 * ms, duration: null }) as const),
      NEVER,
    );
    expect(log.filter((line) => !line.includes('"'))).toEqual(['5: crash 4', '5: crash 1', '5: crash 3']);
  });

  test('aimed at the leader hit whoever leads when they fall due', () => {
    const { driver, log } = run(
      [{ kind: 'crash', target: 'leader', at: 5 * ms, duration: 10 * ms }],
      NEVER,
      (at, subject) => {
        subject.leader = at === 5 * ms ? 4 : 0;
      },
    );
    expect(log.filter((line) => !line.includes('"'))).toEqual(['5: crash 4', '15: restart 4']);
    expect(driver.records[0]).toMatchObject({ text: 'crash leader', nodes: [4] });
  });

  test('look again every 10 ms while nobody leads, say so once, and last as long as they would have', () => {
    const { driver, log } = run(
      [{ kind: 'partition', target: 'primary', at: 5 * ms, duration: 20 * ms }],
      NEVER,
      (at, subject, d) => {
        subject.leader = at < 35 * ms ? -1 : 1;
        if (at < 35 * ms) expect(d.quietFrom).toBe(NEVER);
      },
    );
    expect(log).toEqual([
      '5: "partition primary: nobody leads yet, waiting"',
      '35: "partition of node 1"',
      '35: cut 1',
      '55: "healing of node 1"',
      '55: heal 1',
    ]);
    expect(driver.quietFrom).toBe(55 * ms);
  });

  test('are over when the last of them is: one that goes on or waits keeps the run from being quiet', () => {
    const lasting: FaultSpec = { kind: 'partition', target: [0], at: 10 * ms, duration: 100 * ms };
    expect(run([lasting], 50 * ms).driver.quietFrom).toBe(NEVER);
    expect(run([lasting], 111 * ms).driver.quietFrom).toBe(110 * ms);
    expect(run([{ ...lasting, at: 60 * ms }], 50 * ms).driver.quietFrom).toBe(NEVER);
    const forGood: FaultSpec = { kind: 'crash', target: 0, at: 30 * ms, duration: null };
    expect(run([forGood], 50 * ms).driver.quietFrom).toBe(30 * ms);
    expect(run([lasting, { ...forGood, at: 5 * ms }], 111 * ms).driver.quietFrom).toBe(110 * ms);
  });

  test('that crash a node which is down already keep it down until the last of them is over', () => {
    const crash = (at: number, duration: number | null): FaultSpec => ({
      kind: 'crash',
      target: 0,
      at: at * ms,
      duration: duration === null ? null : duration * ms,
    });
    const acts = (...faults: FaultSpec[]): string[] => run(faults, NEVER).log.filter((line) => !line.includes('"'));
    expect(acts(crash(10, 30), crash(20, 60))).toEqual(['10: crash 0', '80: restart 0']);
    expect(acts(crash(10, 60), crash(20, 30), crash(70, 5))).toEqual(['10: crash 0', '75: restart 0']);
    expect(acts(crash(10, 30), crash(20, null))).toEqual(['10: crash 0']);
    expect(acts(crash(10, 10), crash(30, 10))).toEqual([
      '10: crash 0',
      '20: restart 0',
      '30: crash 0',
      '40: restart 0',
    ]);
  });

  test('remember when nodes enough for a quorum reached each other again, and whether anyone led then', () => {
    const fault = (
      kind: 'crash' | 'partition',
      target: readonly number[],
      at: number,
      duration: number | null,
    ): FaultSpec => ({
      kind,
      target,
      at: at * ms,
      duration: duration === null ? null : duration * ms,
    });
    const backAt = (forgets: boolean, leader: number, ...faults: FaultSpec[]) => {
      const subject = new Recorder({ quorum: 3, forgets });
      subject.leader = leader;
      const driver = new FaultDriver(faults, subject);
      while (driver.next < NEVER) driver.apply();
      return driver.records.map(({ quorumAt, leaderless }) => [
        quorumAt === null ? null : quorumAt / ms,
        ...(leaderless ? ['leaderless'] : []),
      ]);
    };
    // Two of five may be missing; with a memory or without it, who is back is there.
    expect(backAt(false, -1, fault('crash', [3, 4], 10, 10))).toEqual([[10]]);
    for (const forgets of [false, true]) {
      expect(backAt(forgets, 0, fault('crash', [2, 3, 4], 10, 10))).toEqual([[20]]);
      expect(backAt(forgets, -1, fault('crash', [2, 3, 4], 10, 10))).toEqual([[20, 'leaderless']]);
    }
    expect(backAt(false, 0, fault('crash', [2, 3, 4], 10, null))).toEqual([[null]]);
    // One by one: only the last was one too many, and whichever restarts first brings the quorum back.
    const each = [fault('crash', [2], 10, 30), fault('crash', [3], 12, 50), fault('crash', [4], 14, 60)];
    expect(backAt(false, 0, ...each)).toEqual([[10], [12], [40]]);
    // A node that another crash keeps down is not back; of those on either side of a cut only the larger side counts.
    expect(backAt(false, 0, fault('crash', [2, 3, 4], 10, 10), fault('crash', [2, 3, 4], 15, 20))).toEqual([
      [35],
      [35],
    ]);
    const cut = fault('partition', [0, 1], 5, 20);
    expect(backAt(false, 0, cut, fault('crash', [4], 10, 50))).toEqual([[5], [25]]);
    expect(backAt(false, 0, fault('crash', [0, 1, 2], 5, 15), fault('partition', [0], 10, 5))).toEqual([[20], [20]]);
  });

  test('that bring a node back without its memory leave it among the faulty for the rest of the run', () => {
    const crash = (target: number, at: number, duration: number): FaultSpec => ({
      kind: 'crash',
      target,
      at: at * ms,
      duration: duration * ms,
    });
    const notes = (forgets: boolean, ...faults: FaultSpec[]): string[] => {
      const subject = new Recorder({ tolerated: 1, forgets });
      const driver = new FaultDriver(faults, subject);
      while (driver.next < NEVER) driver.apply();
      return subject.log.filter((line) => line.includes('faulty'));
    };
    const oneByOne = [crash(1, 10, 10), crash(2, 30, 10), crash(1, 50, 10)];
    expect(notes(false, ...oneByOne)).toEqual([]);
    expect(notes(true, ...oneByOne)).toEqual([
      '20: "node 1 came back without its memory: it counts as faulty for the rest of the run"',
      '30: "more faulty nodes than the f = 1 tolerated: 2 of 5 nodes: 1 (without its memory), 2 (down)"',
      '40: "node 2 came back without its memory: it counts as faulty for the rest of the run"',
    ]);
    // With memory only those that are down at the same time count.
    expect(notes(false, crash(1, 10, 30), crash(2, 20, 10), crash(3, 25, 5), crash(4, 50, 5))).toEqual([
      '20: "more faulty nodes than the f = 1 tolerated: 2 of 5 nodes: 1 (down), 2 (down)"',
      '25: "more faulty nodes than the f = 1 tolerated: 3 of 5 nodes: 1 (down), 2 (down), 3 (down)"',
    ]);
  });

  test('share their clock with measurements, which act in between and may ask for more', () => {
    const subject = new Recorder();
    const driver = new FaultDriver([{ kind: 'crash', target: 0, at: 10 * ms, duration: null }], subject);
    driver.schedule(5 * ms, (at) => {
      subject.log.push(`${at / ms}: measured`);
      driver.schedule(at, (again) => subject.log.push(`${again / ms}: again`));
      driver.schedule(20 * ms, (later) => subject.log.push(`${later / ms}: later`));
    });
    const instants: number[] = [];
    while (driver.next < NEVER) {
      instants.push(driver.next / ms);
      driver.apply();
    }
    expect(instants).toEqual([5, 10, 20]);
    expect(subject.log).toEqual(['5: measured', '5: again', '10: "crash of node 0"', '10: crash 0', '20: later']);
  });

  test('are registered under the names that they bear', () => {
    for (const [name, definition] of Object.entries(faultDefinitions)) expect(definition.name).toBe(name);
  });
});
