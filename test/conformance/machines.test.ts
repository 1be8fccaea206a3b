// Conformance of every protocol on both kernels: machines (test/support/kernel-cases.ts).
import { expectConformance } from '../support/conformance.ts';

expectConformance('machines');
