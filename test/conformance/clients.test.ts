// Conformance of every protocol on both kernels: clients (test/support/kernel-cases.ts).
import { expectConformance } from '../support/conformance.ts';

expectConformance('clients');
