using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>When the time of an attempt begins, and what becomes of its lease when it takes long.</summary>
public sealed class AttemptTimerTests
{
    private readonly ManualTime _time = new();
    private readonly QueuingProvider _provider = new();
    private readonly List<RenewRequest> _renewals = [];

    [Fact]
    public async Task A_wait_inside_the_provider_is_no_part_of_the_attempt()
    {
        await using var application = await StartAsync();
        var id = await application.SendAsync(Recipient.Email("ada@example.org"));
        await _provider.WaitsAsync();

        await PassAsync(TimeSpan.FromMinutes(10));
        var begun = _time.GetUtcNow();
        _provider.LetBegin();
        await Eventually.TrueAsync(() => _provider.HasBegun, "the attempt to begin");
        _time.Advance(TimeSpan.FromSeconds(29));
        _provider.Answer();

        var attempt = Assert.Single((await application.EndedDeliveryAsync(id)).Attempts);
        Assert.Equal((OutcomeKind.Sent, begun), (attempt.Outcome, attempt.StartedAt));
        Assert.Equal(TimeSpan.FromSeconds(29), attempt.Duration);
    }

    [Fact]
    public async Task The_time_of_an_attempt_is_limited_from_when_it_begins()
    {
        await using var application = await StartAsync();
        var id = await application.SendAsync(Recipient.Email("ada@example.org"));
        await _provider.WaitsAsync();
        await PassAsync(TimeSpan.FromMinutes(1));
        _provider.LetBegin();
        await Eventually.TrueAsync(() => _provider.HasBegun, "the attempt to begin");

        _time.Advance(TimeSpan.FromSeconds(30));

        var attempt = (await application.AttemptedAsync(id, 1)).Attempts[0];
        Assert.Equal("no answer within 30 s", attempt.Reason);
        Assert.Equal(TimeSpan.FromSeconds(30), attempt.Duration);
    }

    [Fact]
    public async Task A_protocol_may_allow_its_last_answer_more_time()
    {
        _provider.LastAnswer = TimeSpan.FromMinutes(10);
        _provider.LetBegin();
        await using var application = await StartAsync();
        var id = await application.SendAsync(Recipient.Email("ada@example.org"));
        await Eventually.TrueAsync(() => _provider.HasBegun, "the attempt to begin");

        await PassAsync(TimeSpan.FromMinutes(9));
        _provider.Answer();

        Assert.Equal(OutcomeKind.Sent, Assert.Single((await application.EndedDeliveryAsync(id)).Attempts).Outcome);
        Assert.Equal(1, _provider.Calls);
    }

    [Fact]
    public async Task An_attempt_that_takes_no_longer_than_half_its_lease_costs_no_renewal()
    {
        _provider.LetBegin();
        await using var application = await StartAsync();
        var id = await application.SendAsync(Recipient.Email("ada@example.org"));
        await Eventually.TrueAsync(() => _provider.HasBegun, "the attempt to begin");

        _time.Advance(TimeSpan.FromSeconds(25));
        _provider.Answer();

        await application.EndedDeliveryAsync(id);
        Assert.Empty(_renewals);
    }

    /// <summary>
    /// The store could not be reached while the attempt waited, so its lease ended, and another process has sent the delivery.
    /// </summary>
    [Fact]
    public async Task An_attempt_that_waited_longer_than_its_lease_does_not_begin()
    {
        var isAway = false;
        string? owner = null;
        await using var application = await TestApplication.StartAsync(
            _time,
            builder =>
                builder
                    .UseInMemory()
                    .Services.Decorate<IDeliveryQueue>(queue => new QueueProbe(queue)
                    {
                        Leasing = request => AnswerAsync((owner ??= request.Owner) == request.Owner && isAway),
                        Renewing = _ => AnswerAsync(isAway),
                    }),
            _provider
        );
        var id = await application.SendAsync(Recipient.Email("ada@example.org"));
        await _provider.WaitsAsync();
        await Eventually.TrueAsync(() => owner is not null, "the worker to lease");
        isAway = true;
        _time.Advance(TimeSpan.FromMinutes(3));

        var mail = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        await using var other = await TestApplication.StartAsync(
            _time,
            builder => builder.ShareStoreWith(application.Services),
            mail
        );
        Assert.Equal(DeliveryState.Sent, (await other.EndedDeliveryAsync(id)).State);
        _provider.LetBegin();

        await Eventually.TrueAsync(() => _provider.HasBegun || _provider.WasCancelled, "the attempt to begin or to end");
        Assert.False(_provider.HasBegun);
        Assert.Single(mail.Sent);
        Assert.Single((await other.DeliveryAsync(id)).Attempts);
    }

    // In steps, as time passes: a worker that sleeps through a whole lease has lost it.
    private async Task PassAsync(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(15))
        {
            var renewed = _renewals.Count;
            _time.Advance(TimeSpan.FromSeconds(15));
            if ((time - left).TotalSeconds % 60 == 45)
                await Eventually.TrueAsync(() => _renewals.Count > renewed, "the lease to be renewed");
        }
    }

    private static Task AnswerAsync(bool isAway) =>
        isAway ? Task.FromException(new InvalidOperationException("the database is away")) : Task.CompletedTask;

    private Task<TestApplication> StartAsync() =>
        TestApplication.StartAsync(
            _time,
            builder =>
                builder
                    .UseInMemory()
                    .Services.Decorate<IDeliveryQueue>(queue => new QueueProbe(queue) { Renewed = _renewals.Add }),
            _provider
        );

    /// <summary>A provider whose attempts wait for each other, as at a pool of connections.</summary>
    private sealed class QueuingProvider : ITimedDeliveryProvider
    {
        private readonly TaskCompletionSource _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => "mail";

        public Channel Channel => Channel.Email;

        public int Calls { get; private set; }

        public bool HasBegun { get; private set; }

        public bool WasCancelled { get; private set; }

        public TimeSpan? LastAnswer { get; set; }

        public Task WaitsAsync() => Eventually.TrueAsync(() => Calls == 1, "the attempt");

        public void LetBegin() => _turn.SetResult();

        public void Answer() => _answer.SetResult();

        public async ValueTask<Outcome> SendAsync(Delivery delivery, AttemptTimer timer, CancellationToken cancellationToken)
        {
            timer.Wait();
            Calls++;
            await _turn.Task.WaitAsync(cancellationToken);
            timer.Begin();
            WasCancelled = cancellationToken.IsCancellationRequested;
            cancellationToken.ThrowIfCancellationRequested();
            if (LastAnswer is { } limit)
                timer.Allow(limit);
            HasBegun = true;
            await _answer.Task.WaitAsync(cancellationToken);
            return Outcome.Sent();
        }
    }
}
