// Conformance of every protocol on both kernels: sizes (test/support/kernel-cases.ts).
import { expectConformance } from '../support/conformance.ts';

expectConformance('sizes');
