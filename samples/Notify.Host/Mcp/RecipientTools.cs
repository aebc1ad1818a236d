using System.ComponentModel;
using ModelContextProtocol.Server;

namespace Notify.Host.Mcp;

/// <summary>The tools that look at users. They show neither addresses nor tokens.</summary>
internal sealed class RecipientTools(IRecipients recipients, IHttpContextAccessor accessor)
{
    [McpServerTool(Name = "get_user", Title = "Get a user", ReadOnly = true, UseStructuredContent = true)]
    [Description(
        "Shows how a user can be reached: the kinds of addresses, the devices, and the preferences. Helps to explain why the "
            + "user did not get a notification."
    )]
    public async Task<UserDetails> GetAsync(
        [Description("The ID of the user.")] string id,
        CancellationToken cancellationToken = default
    )
    {
        var tenant = accessor.GetCaller().Tenant;
        var user = await recipients.FindUserAsync(tenant, id, cancellationToken);
        var devices = await recipients.ListDevicesAsync(tenant, id, cancellationToken);
        var preferences = await recipients.FindPreferencesAsync(tenant, id, cancellationToken);
        if (user is null && devices.Count == 0 && preferences.Value.Count == 0)
            throw ToolErrors.CreateUnknown("user");

        return new UserDetails(
            id,
            [.. user?.Value.Addresses.Keys ?? []],
            user?.Value.Locale,
            user?.Value.TimeZone,
            [.. devices.Select(DeviceDetails.Create)],
            [.. preferences.Value.Select(PreferenceDetails.Create)]
        );
    }
}

/// <summary>A user.</summary>
internal sealed record UserDetails(
    string Id,
    IReadOnlyList<string> Addresses,
    string? Locale,
    string? TimeZone,
    IReadOnlyList<DeviceDetails> Devices,
    IReadOnlyList<PreferenceDetails> Preferences
);

/// <summary>A device.</summary>
internal sealed record DeviceDetails(
    string Id,
    string Platform,
    string? App,
    DateTimeOffset LastSeenAt,
    DateTimeOffset? PrunedAt,
    string? PruneReason
)
{
    public static DeviceDetails Create(Device device) =>
        new(device.Id, device.Platform.Name, device.App, device.LastSeenAt, device.PrunedAt, device.PruneReason);
}

/// <summary>A preference.</summary>
internal sealed record PreferenceDetails(string? Category, string? Channel, PreferenceStatus Status, DateTimeOffset ChangedAt)
{
    public static PreferenceDetails Create(Preference preference) =>
        new(preference.Category, preference.Channel?.Name, preference.Status, preference.ChangedAt);
}
