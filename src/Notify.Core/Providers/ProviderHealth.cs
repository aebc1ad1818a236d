using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Outcome = Notify.Providers.Outcome;

namespace Notify.Core.Providers;

/// <summary>The circuit breakers of the providers. A provider that is failing is not called for a while.</summary>
internal sealed class ProviderHealth(IOptionsMonitor<ProviderOptions> options, TimeProvider time, ILogger<ProviderHealth> logger)
{
    private readonly ConcurrentDictionary<string, ProviderCircuit> _circuits = new(StringComparer.Ordinal);

    /// <summary>Gets the circuits of the providers for which there were deliveries.</summary>
    public IEnumerable<ProviderCircuit> Circuits => _circuits.Values;

    public ProviderCircuit GetCircuit(string provider) =>
        _circuits.GetOrAdd(provider, name => new ProviderCircuit(name, options.Get(name), time, logger));
}

/// <summary>One provider's circuit.</summary>
internal sealed class ProviderCircuit
{
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<Outcome> _pipeline;
    private long _openUntil;

    public ProviderCircuit(string provider, ProviderOptions options, TimeProvider time, ILogger logger)
    {
        Provider = provider;
        _time = time;
        _pipeline = new ResiliencePipelineBuilder<Outcome> { TimeProvider = time }
            .AddCircuitBreaker(
                new CircuitBreakerStrategyOptions<Outcome>
                {
                    ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result?.IsProviderFailure == true),
                    FailureRatio = options.CircuitBreaker.FailureRatio,
                    MinimumThroughput = options.CircuitBreaker.MinimumThroughput,
                    SamplingDuration = options.CircuitBreaker.SamplingDuration,
                    BreakDuration = options.CircuitBreaker.BreakDuration,
                    OnOpened = arguments =>
                    {
                        Volatile.Write(ref _openUntil, (time.GetUtcNow() + arguments.BreakDuration).UtcTicks);
                        Log.CircuitOpened(logger, provider, arguments.BreakDuration.TotalSeconds);
                        return default;
                    },
                    OnClosed = _ =>
                    {
                        Volatile.Write(ref _openUntil, 0);
                        Log.CircuitClosed(logger, provider);
                        return default;
                    },
                }
            )
            .Build();
    }

    public string Provider { get; }

    /// <summary>Gets how long the provider must not be called; zero or less if it may be called.</summary>
    public TimeSpan OpenFor => TimeSpan.FromTicks(Volatile.Read(ref _openUntil) - _time.GetUtcNow().UtcTicks);

    /// <summary>Calls the provider; returns null without calling it if the circuit is open.</summary>
    public async ValueTask<Outcome?> CallAsync<TState>(
        Func<TState, CancellationToken, ValueTask<Outcome>> call,
        TState state,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await _pipeline
                .ExecuteAsync(static (s, token) => s.call(s.state, token), (call, state), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (BrokenCircuitException)
        {
            // The break is over, and another call is probing the provider. Other deliveries are deferred for a second instead of
            // failing here again and again.
            if (OpenFor <= TimeSpan.Zero)
                Volatile.Write(ref _openUntil, (_time.GetUtcNow() + TimeSpan.FromSeconds(1)).UtcTicks);
            return null;
        }
    }
}
