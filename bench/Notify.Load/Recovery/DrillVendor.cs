using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Notify.Load.Wire;

namespace Notify.Load.Recovery;

/// <summary>A mail server outside both regions. It records when it received a message for each address.</summary>
internal sealed class DrillVendor : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, long[]> _received = new(StringComparer.Ordinal);
    private readonly SmtpSink _sink;

    public DrillVendor() => _sink = SmtpSink.Start(TimeSpan.Zero, Record);

    public int Port => _sink.Port;

    /// <summary>Returns the timestamps at which messages for an address were received.</summary>
    public IReadOnlyList<long> GetTimes(string address) => _received.GetValueOrDefault(address, []);

    public ValueTask DisposeAsync() => _sink.DisposeAsync();

    private void Record(RecordedEmail email)
    {
        var announcement = Encoding.ASCII.GetString(email.Announcement.Span);
        var start = announcement.IndexOf("RCPT TO:<", StringComparison.Ordinal) + "RCPT TO:<".Length;
        var now = Stopwatch.GetTimestamp();
        _received.AddOrUpdate(announcement[start..announcement.IndexOf('>', start)], [now], (_, times) => [.. times, now]);
    }
}
