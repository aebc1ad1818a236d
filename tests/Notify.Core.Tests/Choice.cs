namespace Notify.Core.Tests;

/// <summary>Choices of users.</summary>
internal static class Choice
{
    public static PreferenceChange OptIn(string? category, Channel? channel) =>
        Create(category, channel, PreferenceStatus.OptedIn);

    public static PreferenceChange OptOut(string? category, Channel? channel) =>
        Create(category, channel, PreferenceStatus.OptedOut);

    public static PreferenceChange Create(string? category, Channel? channel, PreferenceStatus status) =>
        new()
        {
            Category = category,
            Channel = channel,
            Status = status,
        };

    /// <summary>Saves a user who makes these choices.</summary>
    public static async Task SaveUserAsync(this IRecipients recipients, User user, params PreferenceChange[] choices)
    {
        await recipients.SaveUserAsync(user);
        if (choices.Length > 0)
            await recipients.ChangePreferencesAsync(user.Tenant, user.Id, choices, PreferenceSource.Api);
    }

    /// <summary>Returns what a user prefers, without the sources and times.</summary>
    public static async Task<PreferenceChange[]> GetChoicesAsync(this IRecipients recipients, string userId) =>
        [
            .. (await recipients.FindPreferencesAsync(Trigger.DefaultTenant, userId)).Value.Select(preference =>
                Create(preference.Category, preference.Channel, preference.Status)
            ),
        ];
}
