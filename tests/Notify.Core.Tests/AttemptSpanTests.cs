using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;

namespace Notify.Core.Tests;

/// <summary>The time that a timeline shows for an attempt.</summary>
public sealed class AttemptSpanTests
{
    /// <summary>
    /// Whoever compares a timeline with a vendor's own log must find each call within its attempt, even on a machine that stops
    /// the process between two steps.
    /// </summary>
    [Fact]
    public async Task The_call_of_the_vendor_is_within_the_stored_span()
    {
        var calledAt = DateTimeOffset.MinValue;
        var provider = new ScriptedProvider("mail", Channel.Email, _ =>
        {
            calledAt = DateTimeOffset.UtcNow;
            return Outcome.Sent();
        });
        await using var application = await TestApplication.StartAsync(
            builder => builder.Services.AddSingleton<TimeProvider>(new InterruptedClock()),
            provider
        );

        var sent = await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("ada@example.org")));

        var attempt = Assert.Single(sent.Attempts);
        Assert.InRange(calledAt, attempt.StartedAt, attempt.StartedAt + attempt.Duration);
    }

    /// <summary>The system's clock, whose reader is stopped for a moment after it has read the time.</summary>
    private sealed class InterruptedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            var now = base.GetUtcNow();
            Thread.Sleep(10);
            return now;
        }
    }
}
