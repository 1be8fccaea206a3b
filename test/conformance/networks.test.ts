// Conformance of every protocol on both kernels: networks (test/support/kernel-cases.ts).
import { expectConformance } from '../support/conformance.ts';

expectConformance('networks');
