// The trace runner: what it prints, that its output is what it accepts, and how it names what is wrong in a trace file.
import { describe, expect, test } from 'vitest';
import { createBatch } from '../../src/ledger/batch.ts';
import { echo } from '../../src/protocols/echo/echo.ts';
import { runTrace } from '../traces/harness.ts';
import { newProbe, type Probe } from '../traces/probe.ts';

const story = '# A story.\n\n';
/** The effects of the last block. */
function effectsOf(text: string, probe: Probe = newProbe()): string[] {
  const printed = runTrace(probe.definition, `${story}${text}`, 'story.txt');
  return (printed.split('----\n').at(-1) as string).trimEnd().split('\n');
}
/** A probe whose nodes do something when a call comes. */
function reacting(reactions: Record<string, (probe: Probe) => void>): Probe {
  const probe = newProbe();
  probe.react = (call) => reactions[call]?.(probe);
  return probe;
}

describe('a trace', () => {
  const commands = `${story}cluster n=3\n\n# Why.\nrequest 0 1\n\ntrace quiet\ndeliver all\n`;

  test('gets its effects written below its commands, comments kept', () => {
    expect(runTrace(echo, commands, 'story.txt').split('\n')).toEqual([
      '# A story.',
      '',
      'cluster n=3',
      '----',
      '0 mark leader 0 0',
      '',
      '# Why.',
      'request 0 1',
      '----',
      '0->* order position=1 batch[1]',
      '',
      'trace quiet',
      'deliver all',
      '----',
      '1 commit 1 batch[1]',
      '2 commit 1 batch[1]',
      '0 commit 1 batch[1]',
      '',
    ]);
  });

  test('with its effects is unchanged by running it again', () => {
    const once = runTrace(echo, commands, 'story.txt');
    expect(runTrace(echo, once, 'story.txt')).toBe(once);
  });

  test('with a wrong effect differs from what running it gives', () => {
    const wrong = runTrace(echo, commands, 'story.txt').replace('1 commit 1 batch[1]', '1 commit 2 batch[1]');
    expect(runTrace(echo, wrong, 'story.txt')).not.toBe(wrong);
  });

  test('needs a story and a cluster', () => {
    expect(() => runTrace(echo, 'cluster n=3', 'story.txt')).toThrow('story.txt:1: begin with a comment');
    expect(() => runTrace(echo, `${story}deliver all`, 'story.txt')).toThrow(
      'story.txt:3: deliver all: begin with a cluster',
    );
  });
});

describe('a command that can not be', () => {
  test.each([
    ['dance 1', 'unknown command'],
    ['request 0', 'name the requests'],
    ['request 7 1', 'there is no node 7: the cluster has 0 to 2'],
    ['deliver', 'nothing under way matches (0 pending)'],
    ['deliver 0->1 order', 'no message order; there are hello, goodbye, forward'],
    ['fire 1 short', 'not armed; node 1 has no timer armed'],
    ['tick 5', 'tick: 5: expected a duration'],
    ['cut 1', '1: not a link such as 1->2'],
    ['crash one', 'one where a whole number should be'],
    ['trace loud', 'write trace full or trace quiet'],
    ['forge 0->1 {"type":"order"}', 'type must be one of hello, goodbye'],
  ])('%s is named with its line', (command, problem) => {
    expect(() => effectsOf(`cluster n=3\n\n${command}`)).toThrow(`story.txt:5: ${command}: ${problem}`);
  });

  test.each([
    ['cluster n=3 speed=1', 'speed: unknown option; there are wait, most, batch'],
    ['cluster n=3 batch.eager=perhaps', 'batch.eager: perhaps: expected true or false'],
    ['cluster n=3 wait=5', 'wait: 5: expected a duration'],
    ['cluster n=3 wait.x=5', 'wait.x: wait is no group'],
    ['cluster n=3 batch=5', 'batch: is a group'],
    ['cluster n=3 persist=maybe', 'maybe: auto or manual'],
    ['cluster', 'nothing where a whole number should be'],
  ])('%s is named', (command, problem) => {
    expect(() => effectsOf(command)).toThrow(problem);
  });
});

describe('effects', () => {
  test('print every kind in the words of the definition', () => {
    const probe = reacting({
      '1 requests 2': ({ hosts }) => {
        const host = hosts[1];
        const batch = host?.mempool.cut(9, 1e9);
        host?.setTimer(0, 7, 150e6, 150e6);
        host?.setTimer(1, 0, 20);
        host?.cancelTimer(1, 0);
        host?.cancelTimer(1, 0);
        host?.persist('word', 4, 1);
        host?.commit(1, batch ?? null);
        host?.commit(2, null);
        host?.mark(1, 5, 6);
        host?.send(0, { type: 1, word: 'x', digest: batch?.digest as number, signature: host.sign(3) });
      },
    });
    expect(effectsOf('cluster n=3\n\nrequest 1 3 4', probe)).toEqual([
      '1 timer short 7 +150ms..300ms',
      '1 timer long 0 +20ns',
      '1 cancel long 0',
      '1 persist word ticket=1',
      '1 commit 1 batch[3,4]',
      '1 commit 2 null',
      '1 mark seen 5 6',
      '1->0 goodbye word=x digest=d[3,4] signature=sig1',
    ]);
  });

  test('join equal messages to all others into one line, and to some into a list', () => {
    const probe = reacting({
      '0 requests 1': ({ hosts }) => {
        for (const to of [1, 2, 3]) hosts[0]?.send(to, { type: 0, word: 'same' });
        for (const to of [1, 3]) hosts[0]?.send(to, { type: 0, word: 'same again' });
        hosts[0]?.send(2, { type: 0, word: 'other' });
        hosts[0]?.broadcast({ type: 0, word: 'other' });
      },
    });
    expect(effectsOf('cluster n=4\n\nrequest 0 1', probe)).toEqual([
      '0->* hello word=same',
      '0->1,3 hello word=same again',
      '0->2 hello word=other',
      '0->* hello word=other',
    ]);
  });

  test('stand below the event that caused them, and events without any are left out', () => {
    const probe = reacting({
      '0 requests 1': ({ hosts }) => hosts[0]?.broadcast({ type: 0, word: 'hi' }),
      '2 receive 0 hi': ({ hosts }) => hosts[2]?.commit(1, null),
      '2 executed 1': ({ hosts }) => hosts[2]?.setTimer(0, 0, 1000),
      '2 timeout 0 0': ({ hosts }) => hosts[2]?.mark(1, 0, 0),
    });
    expect(effectsOf('cluster n=3\n\nrequest 0 1\ndeliver hello\ntick 1us', probe)).toEqual([
      '0->* hello word=hi',
      '2 receives hello from 0',
      '  2 commit 1 null',
      '  2 timer short 0 +1us',
      '2 short 0 fires',
      '  2 mark seen 0 0',
    ]);
  });

  test('name a state by its position, and another digest by its order of appearance', () => {
    const probe = reacting({
      '0 requests 1': ({ hosts }) => hosts[0]?.commit(1, null),
      '0 executed 1': ({ hosts }) => {
        for (const digest of [hosts[0]?.stateDigest() as number, 555, 0, 555, 777])
          hosts[0]?.send(1, { type: 0, word: 'w', digest });
      },
    });
    const names = effectsOf('cluster n=3\n\nrequest 0 1', probe).map((line) => line.split('digest=')[1]);
    expect(names).toEqual([undefined, 'state1', 'd1', 'null', 'd1', 'd2']);
  });

  test('show a violation where it happened', () => {
    const probe = reacting({
      '0 requests 1': ({ hosts }) => hosts[0]?.commit(1, null),
      '1 requests 1': ({ hosts }) => hosts[1]?.commit(1, createBatch(Int32Array.of(1), new Float64Array(1), 1, 0, 1)),
    });
    expect(effectsOf('cluster n=3 execute=manual\ntrace quiet\n\nrequest 0 1\nrequest 1 1', probe)).toEqual([
      '0 commit 1 null',
      '1 commit 1 batch[1]',
      'VIOLATION agreement: node 1 committed d[1] at 1, node 0 null',
    ]);
  });
});

describe('forge', () => {
  test('makes any message by hand, with batches, printed digest names and signatures', () => {
    const probe = newProbe();
    const text = (json: string) => effectsOf(`cluster n=3\n\nforge 2->0 ${json}`, probe)[0];
    expect(text('{"type":"hello","batch":{"batch":[5,6,7]},"digest":"d[5..7]"}')).toBe(
      '2->0 hello batch[5..7] digest=d[5..7]',
    );
    expect(text('{"type":"hello","signature":{"sign":2,"digest":"state0"},"list":{"int32":[1,2]}}')).toBe(
      '2->0 hello signature=sig2 list=[1,2]',
    );
    expect(text('{"type":"hello","signature":12345}')).toBe('2->0 hello signature=forged');
    expect(text('{"type":"hello","signature":0}')).toBe('2->0 hello signature=none');
  });
});

describe('the other commands', () => {
  test('list what is under way, armed and waiting', () => {
    const probe = reacting({ '0 requests 2': ({ hosts }) => hosts[0]?.setTimer(0, 4, 5) });
    expect(
      effectsOf(
        'cluster n=2\n\nrequest 0 1 2 bytes=1KiB\nforge 1->0 {"type":"hello","word":"x"}\npending\ntimers\nmempool\nstatus 1',
        probe,
      ),
    ).toEqual([
      '0 timer short 4 +5ns',
      '1->0 hello word=x',
      '1->0 hello word=x',
      '0 short 4',
      '0 count=2 bytes=2048 oldest=0s',
      '1 count=0 bytes=0',
      '1 follower term=3 unsettled leader=-1 committed=0 executed=0 x=1',
    ]);
  });

  test('drop and duplicate say how many messages they took, limited by count', () => {
    const send = (k: number) => `forge *->0 {"type":"hello","word":"${k}"}`;
    expect(
      effectsOf(`cluster n=3\n${send(1)}\n${send(2)}\n\ndrop 1->0 hello count=1\nduplicate *->0\npending`),
    ).toEqual([
      'dropped 1',
      'duplicated 3',
      '2->0 hello word=1',
      '1->0 hello word=2',
      '2->0 hello word=2',
      '2->0 hello word=1',
      '1->0 hello word=2',
      '2->0 hello word=2',
    ]);
  });

  test('crash and restart, transfer and read reach the replica', () => {
    const probe = newProbe();
    effectsOf('cluster n=3\n\ncrash 2\nrestart 2\ncommand 1 transfer-leadership to=2\nread 0 3', probe);
    expect(probe.calls.slice(3)).toEqual(['2 start []', '1 transfer-leadership 2', '0 reads 0 3']);
  });
});
