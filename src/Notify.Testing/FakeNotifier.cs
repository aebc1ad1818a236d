using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Notify.Core.Triggers;

namespace Notify.Testing;

/// <summary>
/// An <see cref="INotifier"/> for unit tests, which records triggers instead of sending them. It applies the rules of the engine:
/// invalid triggers throw <see cref="InvalidRequestException"/>, and idempotency keys work. It has no users, topics, templates
/// and workflows, so it accepts any name of them; <c>AddNotificationsSandbox</c> is for tests that need these.
/// </summary>
public sealed class FakeNotifier : INotifier
{
    private readonly Lock _lock = new();
    private readonly List<RecordedTrigger> _recorded = [];
    private readonly Dictionary<(string Tenant, string Key), (byte[] Fingerprint, Guid Id)> _keys = [];
    private readonly Lazy<INotifier> _rules;

    /// <summary>Initializes a notifier with the default options.</summary>
    public FakeNotifier()
        : this(_ => { }) { }

    /// <summary>Initializes a notifier with the options of the application.</summary>
    /// <param name="configure">Sets the options that validation needs, such as the region of phone numbers.</param>
    public FakeNotifier(Action<NotificationsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _rules = new Lazy<INotifier>(() => CreateRules(configure));
    }

    /// <summary>Gets the clock, such as a <c>FakeTimeProvider</c>. Default: the system clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Gets the channels of custom providers that triggers may use besides push, SMS, email, webhook and inbox. Default: none.
    /// </summary>
    public IReadOnlyList<Channel> CustomChannels { get; init; } = [];

    /// <summary>
    /// Gets or sets the exception that every trigger throws, to test what the application does then. Default: null, which accepts
    /// triggers.
    /// </summary>
    public Exception? Failure { get; set; }

    /// <summary>Gets the triggers that were accepted so far. Repetitions with the same idempotency key are one trigger.</summary>
    public Selection<RecordedTrigger> Triggers
    {
        get
        {
            lock (_lock)
                return new Selection<RecordedTrigger>([.. _recorded], TriggerSelectionExtensions.Words);
        }
    }

    /// <summary>Forgets all triggers and idempotency keys.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _recorded.Clear();
            _keys.Clear();
        }
    }

#pragma warning disable RS0026 // The overloads are those of the interface.
    /// <inheritdoc/>
    public Task<TriggerResult> TriggerAsync(Trigger trigger, CancellationToken cancellationToken = default) =>
        RecordAsync(trigger, isTransactional: false, cancellationToken);

    /// <summary>
    /// Records a trigger at once. The notifier does not learn how the transaction ends, so a trigger stays recorded if the
    /// transaction is rolled back.
    /// </summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="transaction">The transaction of the application.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public Task<TriggerResult> TriggerAsync(
        Trigger trigger,
        DbTransaction transaction,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return RecordAsync(trigger, isTransactional: true, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TriggerOutcome>> TriggerManyAsync(
        IReadOnlyList<Trigger> triggers,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(triggers);
        var outcomes = new List<TriggerOutcome>(triggers.Count);
        foreach (var trigger in triggers)
        {
            try
            {
                outcomes.Add(new TriggerOutcome(await TriggerAsync(trigger, cancellationToken).ConfigureAwait(false)));
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                outcomes.Add(new TriggerOutcome(exception));
            }
        }

        return outcomes;
    }

    /// <inheritdoc/>
    public Task<Cancellation?> CancelAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var result = Cancel(recorded => recorded.Id == id && recorded.Trigger.Tenant == tenant);
        return Task.FromResult(result.Notifications == 0 ? null : result);
    }

    /// <inheritdoc/>
    public Task<Cancellation> CancelAsync(CancellationTarget target, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Validate(target) is { Count: > 0 } errors)
            return Task.FromException<Cancellation>(new InvalidRequestException(errors));
        return Task.FromResult(
            Cancel(recorded =>
                recorded.Trigger.Tenant == target.Tenant
                && (
                    target.Reference is { } reference
                        ? recorded.Trigger.Reference == reference
                        : recorded.Trigger.CancellationKey == target.CancellationKey
                )
            )
        );
    }

#pragma warning restore RS0026

    /// <inheritdoc/>
    public IReadOnlyList<FieldError> Validate(CancellationTarget target) => _rules.Value.Validate(target);

    /// <inheritdoc/>
    public IReadOnlyList<FieldError> Validate(Trigger trigger) => _rules.Value.Validate(trigger);

    // The engine's own notifier, of which only the validation is used: its store and workers are never started.
    private INotifier CreateRules(Action<NotificationsOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton(Time);
        var builder = services.AddNotifications(configure).UseInMemory().AddSandbox().AddSandbox(CustomChannels).AddTestSandbox();
        builder.AddInbox();
        return services.BuildServiceProvider().GetRequiredService<INotifier>();
    }

    private Task<TriggerResult> RecordAsync(Trigger trigger, bool isTransactional, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Task.FromResult(Accept(trigger, isTransactional));
        }
        catch (Exception exception)
        {
            // Every exception ends the task, as it does in the engine.
            return Task.FromException<TriggerResult>(exception);
        }
    }

    private TriggerResult Accept(Trigger trigger, bool isTransactional)
    {
        if (Failure is { } failure)
            throw failure;
        InvalidRequestException.ThrowIfAny(Validate(trigger));
        lock (_lock)
            return FindRepeated(trigger) ?? Record(trigger, isTransactional);
    }

    private TriggerResult? FindRepeated(Trigger trigger)
    {
        if (trigger.IdempotencyKey is not { } key || !_keys.TryGetValue((trigger.Tenant, key), out var holder))
            return null;
        return holder.Fingerprint.AsSpan().SequenceEqual(TriggerFingerprint.Compute(trigger))
            ? new TriggerResult(holder.Id, isDuplicate: true)
            : throw new IdempotencyConflictException(holder.Id);
    }

    private TriggerResult Record(Trigger trigger, bool isTransactional)
    {
        var now = Time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        _recorded.Add(
            new RecordedTrigger
            {
                Id = id,
                Trigger = trigger,
                AcceptedAt = now,
                IsTransactional = isTransactional,
            }
        );
        if (trigger.IdempotencyKey is { } key)
            _keys[(trigger.Tenant, key)] = (TriggerFingerprint.Compute(trigger), id);
        return new TriggerResult(id, isDuplicate: false);
    }

    private Cancellation Cancel(Func<RecordedTrigger, bool> isMeant)
    {
        long notifications = 0;
        long cancelled = 0;
        long ended = 0;
        lock (_lock)
        {
            for (var i = 0; i < _recorded.Count; i++)
            {
                if (!isMeant(_recorded[i]))
                    continue;

                notifications++;
                if (_recorded[i].IsCancelled)
                    ended += _recorded[i].Trigger.To.Count;
                else
                    cancelled += _recorded[i].Trigger.To.Count;
                _recorded[i] = _recorded[i] with { IsCancelled = true };
            }
        }

        return new Cancellation
        {
            Cancelled = cancelled,
            InFlight = 0,
            Ended = ended,
            Collected = 0,
            Notifications = notifications,
        };
    }
}
