using System.Collections.Concurrent;

namespace Notify.Providers.Sandbox;

/// <summary>The answers of the sandbox to the messages of each channel.</summary>
internal sealed class SandboxAnswers(IEnumerable<SandboxedChannel> channels)
{
    private readonly ConcurrentDictionary<Channel, CapturedAnswer> _answers = new(
        channels.Select(sandboxed => KeyValuePair.Create(sandboxed.Channel, CapturedAnswer.Sent))
    );

    public IReadOnlyDictionary<Channel, CapturedAnswer> All => new Dictionary<Channel, CapturedAnswer>(_answers);

    public void Set(Channel channel, CapturedAnswer answer)
    {
        if (!Enum.IsDefined(answer))
            throw new ArgumentOutOfRangeException(nameof(answer), answer, "Use one of the values of CapturedAnswer.");
        if (!_answers.ContainsKey(channel))
            throw new ArgumentException($"The sandbox does not capture the channel '{channel}'.", nameof(channel));
        _answers[channel] = answer;
    }

    /// <summary>Creates the outcome of a message; null if it counts as sent.</summary>
    public Outcome? FindOutcome(Channel channel) =>
        _answers[channel] switch
        {
            CapturedAnswer.ProviderFailed => Outcome.ProviderFailed("the sandbox answers that the vendor does not work"),
            CapturedAnswer.Throttled => Outcome.Throttled("the sandbox asks to be called less often"),
            CapturedAnswer.Rejected => Outcome.Rejected("the sandbox rejects the message"),
            CapturedAnswer.RecipientGone => Outcome.RecipientGone("the sandbox reports that the address is gone"),
            _ => null,
        };
}

/// <summary>A channel whose messages the sandbox always captures.</summary>
internal sealed record SandboxedChannel(Channel Channel);
