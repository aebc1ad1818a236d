using Notify.Load.Embedded;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Many;

/// <summary>
/// A stream of triggers in one process with SQLite and a provider that accepts at once. Its ceiling is the same number of
/// triggers from 64 concurrent callers, as in <c>embedded</c>: one caller with a stream must be about as fast. Both have more
/// slots than the default.
/// </summary>
internal static class ManyEmbeddedScenario
{
    public const string Name = "many-embedded";

    /// <summary>
    /// The number of slots of the provider. A stream has more deliveries on the way than the 256 of the default: one that has no
    /// slot when it is accepted is leased later, in another write.
    /// </summary>
    public const int Slots = 4_000;

    private const int Callers = 64;
    private const double Reach = 0.8;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 100_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        var result = await Comparison.RunAsync(
            Name,
            pairs,
            () => EmbeddedScenario.MeasureAsync(folder, application => application.SendStreamAsync(count), Slots),
            () => EmbeddedScenario.MeasureAsync(folder, application => application.SendAsync(count, Callers), Slots)
        );
        result.AtLeast(Reach).Print();
        return 0;
    }
}
