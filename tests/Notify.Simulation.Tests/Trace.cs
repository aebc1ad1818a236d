using System.Globalization;
using Notify.Providers;

namespace Notify.Simulation.Tests;

/// <summary>
/// Everything that happened in a run, as lines for the reader of a failure, and as a hash that tells whether two runs were the
/// same.
/// </summary>
internal sealed class Trace(SimulatedClock clock)
{
    private const int Shown = 60;

    private readonly List<Entry> _entries = [];
    private readonly DateTimeOffset _begin = clock.Now;

    /// <summary>Gets FNV-1a over all entries. Unlike string.GetHashCode, it is the same in every process.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    /// <summary>Gets the number of entries, which also serves as the step of the run.</summary>
    public int Count => _entries.Count;

    public void Add(string what, int process, int delivery = 0)
    {
        var entry = new Entry(clock.Now - _begin, process, what, delivery);
        _entries.Add(entry);
        Mix((ulong)entry.At.Ticks);
        Mix((ulong)process);
        Mix((ulong)delivery);
        foreach (var letter in what)
            Mix(letter);
    }

    /// <summary>Returns the end of the run, and before it every entry about the delivery.</summary>
    public string Describe(int delivery) =>
        string.Join(
            '\n',
            _entries
                .Where((entry, index) => index >= _entries.Count - Shown || (delivery > 0 && entry.Delivery == delivery))
                .Select(entry => entry.ToString())
        );

    private void Mix(ulong value)
    {
        for (var i = 0; i < 8; i++, value >>= 8)
            Hash = (Hash ^ (value & 0xFF)) * 1099511628211;
    }

    private readonly record struct Entry(TimeSpan At, int Process, string What, int Delivery)
    {
        public override string ToString() =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{At.TotalSeconds, 10:0.000} s  process {Process}  {What}{(Delivery > 0 ? $" #{Delivery}" : "")}"
            );
    }
}
