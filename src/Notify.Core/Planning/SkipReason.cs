namespace Notify.Core.Planning;

/// <summary>The reason nothing is sent to an address or a recipient.</summary>
/// <param name="Code">The kind of the reason, one of <see cref="SkipCodes"/>.</param>
/// <param name="Text">The reason as the timeline shows it, without an address or content.</param>
internal sealed record SkipReason(string Code, string Text)
{
    public static readonly SkipReason OptedOut = new(SkipCodes.OptedOut, "declined by the user's preferences");

    public static readonly SkipReason PhoneOptedOut = new(SkipCodes.OptedOut, "the phone number opted out");

    public static readonly SkipReason DuplicateAddress = new(SkipCodes.DuplicateAddress, "the same address as another recipient");

    public static readonly SkipReason UnknownUser = new(SkipCodes.UnknownUser, "the user does not exist");

    public static readonly SkipReason NotOnTeam = new(SkipCodes.NotOnTeam, "the recipient does not belong to the team");

    public static readonly SkipReason Throttled = new(SkipCodes.Throttled, "throttled");

    /// <summary>Gets whether the reason depends on the channel, so that another channel could have another reason.</summary>
    public bool ConcernsChannel => Code is not (SkipCodes.UnknownUser or SkipCodes.Throttled);
}
