using System.Collections.Concurrent;
using System.Net.NetworkInformation;
using System.Runtime.CompilerServices;
using Notify.FakeGateways.Smtp;
using Notify.TestSupport;

namespace Notify.Providers.Smtp.Tests;

/// <summary>Tests that ten thousand attempts with every kind of fault leave nothing behind.</summary>
public sealed class FaultTests
{
    private const int Sends = 10_000;

    private static readonly string[] Behaviors =
    [
        "taken",
        "taken",
        "taken",
        "cut-MAIL",
        "cut-RCPT",
        "cut-DATA",
        "cut-.",
        "gone-RCPT",
        "busy-RCPT",
        "closing-MAIL",
        "closing-.",
        "stall-MAIL",
        "stall-RCPT",
        "stall-.",
        "cancelled",
    ];

    private readonly ConcurrentDictionary<string, Attempt> _attempts = new();
    private readonly ConcurrentDictionary<int, string> _inFlight = new();

    [Fact]
    public async Task Nothing_is_left_of_ten_thousand_attempts_with_faults()
    {
        await using var server = SmtpGateway.Start(
            new()
            {
                KeepsMessages = false,
                Pipelining = false,
                Misbehave = Misbehave,
            }
        );

        var logs = await SendAllAsync(server);

        await Eventually.TrueAsync(() => server.Connections == 0, "the server's connections to be closed");
        await Eventually.TrueAsync(() => SocketsTo(server.Port) == 0, "the provider's sockets to be closed");
        await Eventually.TrueAsync(() => IsCollected(logs), "all that could still log: tasks, timers, registrations");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> SendAllAsync(SmtpGateway server)
    {
        await using var application = await Application.StartAsync(server.Port, mail =>
            // Idle connections must not close while the test waits for those beyond the limit.
            (mail.BounceAddress, mail.IdleTimeout) = ("b@example.org", TimeSpan.FromMinutes(5)));
        var (accepted, cancelled) = (0, 0);
        await Parallel.ForAsync(0, Sends, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            var outcome = await SendAsync(application.Provider, i);
            if (outcome is null)
                Interlocked.Increment(ref cancelled);
            else if (outcome.Kind == OutcomeKind.Sent)
                Interlocked.Increment(ref accepted);
        });

        Assert.InRange(accepted, Sends / 10, Sends / 2);
        Assert.InRange(cancelled, Sends / 10, Sends / 2);
        Assert.Equal(server.MessagesTaken, accepted);
        // The server may notice a moment later that a connection was closed.
        await Eventually.TrueAsync(() => server.Connections <= 8, "the connections beyond the limit to close");
        return new WeakReference(application.Logger);
    }

    /// <summary>One attempt; null when it was given up.</summary>
    private async Task<Outcome?> SendAsync(IDeliveryProvider provider, int number)
    {
        using var cancelled = new CancellationTokenSource();
        var attempt = new Attempt(Behaviors[number % Behaviors.Length], cancelled);
        var delivery = Deliveries.To("ada@example.org");
        _attempts[$"{delivery.Id:N}"] = attempt;
        if (attempt.Behavior == "cancelled")
            await cancelled.CancelAsync();
        try
        {
            return await provider.SendAsync(delivery, cancelled.Token);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            _attempts.TryRemove($"{delivery.Id:N}", out var _);
        }
    }

    private SmtpMisbehavior? Misbehave(SmtpCommand command)
    {
        if (command.Verb == "CONNECT" && command.Connection % 50 == 0)
            return SmtpMisbehavior.Close;
        if (command.Verb == "EHLO" && command.Connection % 70 == 0)
            return SmtpMisbehavior.Answer("odd");
        if (command.Verb == "MAIL")
            _inFlight[command.Connection] = command.Argument.Split('+', '@')[1];
        if (!_inFlight.TryGetValue(command.Connection, out var delivery) || !_attempts.TryGetValue(delivery, out var attempt))
            return null;

        return attempt.Behavior.Split('-') is [var behavior, var verb] && verb == command.Verb
            ? Misbehave(behavior, attempt)
            : null;
    }

    private static SmtpMisbehavior? Misbehave(string behavior, Attempt attempt)
    {
        if (behavior == "stall")
            _ = attempt.Cancelled.CancelAsync();
        return behavior switch
        {
            "cut" => SmtpMisbehavior.Close,
            "gone" => SmtpMisbehavior.Answer("550 5.1.1 gone"),
            "busy" => SmtpMisbehavior.Answer("450 4.7.1 greylisted"),
            "closing" => SmtpMisbehavior.AnswerAndClose("421 4.3.2 closing"),
            _ => SmtpMisbehavior.Stall,
        };
    }

    private static int SocketsTo(int port) =>
        IPGlobalProperties
            .GetIPGlobalProperties()
            .GetActiveTcpConnections()
            .Count(connection => connection.RemoteEndPoint.Port == port && connection.State != TcpState.TimeWait);

    private static bool IsCollected(WeakReference reference)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return !reference.IsAlive;
    }

    private sealed record Attempt(string Behavior, CancellationTokenSource Cancelled);
}
