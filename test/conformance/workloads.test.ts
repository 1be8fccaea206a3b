// Conformance of every protocol on both kernels: workloads (test/support/kernel-cases.ts).
import { expectConformance } from '../support/conformance.ts';

expectConformance('workloads');
