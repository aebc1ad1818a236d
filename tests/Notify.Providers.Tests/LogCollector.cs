using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Notify.Providers.Tests;

/// <summary>Everything that is logged, at every level, with scopes, states and exceptions.</summary>
internal sealed class LogCollector : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        Keep(state);
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        _lines.Enqueue($"{formatter(state, exception)} {exception}");
        Keep(state);
    }

    public void Dispose() { }

    private void Keep<TState>(TState state)
    {
        if (state is IEnumerable<KeyValuePair<string, object?>> values)
            _lines.Enqueue(string.Join(' ', values.Select(value => $"{value.Key}={value.Value}")));
    }
}
