using Notify.Core;

namespace Notify.Simulation.Tests;

/// <summary>Draws the jitter of the engine from the seed.</summary>
internal sealed class SeededJitterSource(Random random) : JitterSource
{
    public override double NextDouble() => random.NextDouble();
}
