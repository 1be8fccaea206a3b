// Conformance of every protocol on both kernels: faults (test/support/kernel-cases.ts).
import { expectConformance } from '../support/conformance.ts';

expectConformance('faults');
