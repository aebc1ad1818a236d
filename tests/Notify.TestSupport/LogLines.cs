using Microsoft.Extensions.Logging.Testing;

namespace Notify.TestSupport;

/// <summary>Reads everything that an application logged through a <see cref="FakeLoggerProvider"/>.</summary>
public static class LogLines
{
    /// <summary>One line for each record: its message, then its exception, the values of its state, and its scopes.</summary>
    public static IReadOnlyList<string> ReadLines(this FakeLoggerProvider logs) =>
        [.. logs.Collector.GetSnapshot().Select(Describe)];

    private static string Describe(FakeLogRecord record)
    {
        var values = (record.StructuredState ?? []).Select(value => $"{value.Key}={value.Value}");
        return string.Join(' ', [record.Message, record.Exception, .. values, .. record.Scopes]);
    }
}
