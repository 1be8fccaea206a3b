// The traces of the echo protocol; see harness.ts for the format.
import { echo } from '../../src/protocols/echo/echo.ts';
import { runTraces } from './harness.ts';

runTraces(echo, new URL('./echo/', import.meta.url));
