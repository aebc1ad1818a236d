using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary><c>/v1/users/{userId}/devices</c>: registers, lists and removes a user's devices.</summary>
internal static class DeviceEndpoints
{
    /// <summary>
    /// Registers a device, or changes its locale and time zone if the token is missing or shortened as GET shows it. The latter
    /// does not count as activity of the app, so a response to GET can be sent back without changing anything.
    /// </summary>
    public static Task<IResult> SaveAsync(HttpContext context, IRecipients recipients) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var (device, given) = Read(body, context.Request);
            var known = given.IsWhole ? null : await FindKnownAsync(device, recipients, context).ConfigureAwait(false);
            if (known is not null)
                device = Complete(device, given, known, body);
            else if (PushToken.IsMasked(device.Token))
                body.Errors.Add(
                    "token",
                    FieldErrorCodes.Invalid,
                    "This shortened token is not that of the registered device. Send the whole token."
                );
            if (body.IsObject && !given.HasPlatform && known is null)
                body.Missing("platform", "Required: ios, android or web.");
            body.Errors.Add(recipients.Validate(device));
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            if (known is null)
                await recipients.RegisterDeviceAsync(device, context.RequestAborted).ConfigureAwait(false);
            else if (device != known && !await recipients.UpdateDeviceAsync(device, context.RequestAborted).ConfigureAwait(false))
                return Problem.Unknown("device");
            return TypedResults.NoContent();
        });

    public static async Task<IResult> FindAsync(HttpContext context, IRecipients recipients)
    {
        var (tenant, userId, id) = GetKey(context.Request);
        return await recipients.FindDeviceAsync(tenant, userId, id, context.RequestAborted).ConfigureAwait(false) is { } device
            ? TypedResults.Json(DeviceView.Create(device), RecipientsJson.Default.DeviceView)
            : Problem.Unknown("device");
    }

    public static async Task<IResult> ListAsync(HttpContext context, IRecipients recipients)
    {
        var errors = new FieldErrors();
        var page = RequestPage.Read(context.Request, errors);
        var after = page.After?.Text() ?? "";
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var all = await recipients
            .ListDevicesAsync(
                RequestValues.GetTenant(context.Request),
                RequestValues.Route(context.Request, "userId"),
                context.RequestAborted
            )
            .ConfigureAwait(false);
        // A user has few devices, so the store returns all of them.
        Device[] found =
        [
            .. all.Where(device => string.CompareOrdinal(device.Id, after) > 0)
                .OrderBy(device => device.Id, StringComparer.Ordinal)
                .Take(page.FetchCount),
        ];
        var next = page.Next(context.Request, found, device => device.Id);
        return TypedResults.Json(
            new DevicesView([.. found.Take(page.Limit).Select(DeviceView.Create)], next),
            RecipientsJson.Default.DevicesView
        );
    }

    public static async Task<IResult> RemoveAsync(HttpContext context, IRecipients recipients)
    {
        var (tenant, userId, id) = GetKey(context.Request);
        return await recipients.RemoveDeviceAsync(tenant, userId, id, context.RequestAborted).ConfigureAwait(false)
            ? TypedResults.NoContent()
            : Problem.Unknown("device");
    }

    private static (string Tenant, string UserId, string Id) GetKey(HttpRequest request) =>
        (RequestValues.GetTenant(request), RequestValues.Route(request, "userId"), RequestValues.Route(request, "id"));

    // The registered device whose token the body leaves out or shows shortened; null if the body has a token to register.
    private static async ValueTask<Device?> FindKnownAsync(Device device, IRecipients recipients, HttpContext context)
    {
        var known = await recipients
            .FindDeviceAsync(device.Tenant, device.UserId, device.Id, context.RequestAborted)
            .ConfigureAwait(false);
        return known is not null && (device.Token.Length == 0 || device.Token == PushToken.Mask(known.Token)) ? known : null;
    }

    // A token belongs to a platform and an app, so these cannot change without it.
    private static Device Complete(Device device, GivenFields given, Device known, JsonField body)
    {
        const string Message = "Send the whole token to change this field.";
        if (given.HasPlatform && device.Platform != known.Platform)
            body.Errors.Add("platform", FieldErrorCodes.NotAllowed, Message);
        if (given.HasApp && device.App != known.App)
            body.Errors.Add("app", FieldErrorCodes.NotAllowed, Message);
        return known with { Locale = device.Locale, TimeZone = device.TimeZone };
    }

    private readonly record struct GivenFields(bool HasPlatform, bool HasApp, bool IsWhole);

    private static (Device Device, GivenFields Given) Read(JsonField body, HttpRequest request)
    {
        Platform? platform = null;
        var (hasPlatform, hasApp) = (false, false);
        var device = new Device
        {
            Tenant = RequestValues.GetTenant(request),
            Id = RequestValues.Route(request, "id"),
            UserId = RequestValues.Route(request, "userId"),
            Platform = default,
            Token = "",
        };
        foreach (var field in body.Members())
        {
            switch (field.Name)
            {
                case "platform":
                    (platform, hasPlatform) = (PlatformReader.Read(field), true);
                    break;
                case "token":
                    device = device with { Token = field.Text() ?? "" };
                    break;
                case "app":
                    (device, hasApp) = (device with { App = field.Text() }, true);
                    break;
                case "locale":
                    device = device with { Locale = field.Text() };
                    break;
                case "timeZone":
                    device = device with { TimeZone = field.Text() };
                    break;
                // GET shows these, so they may be sent back. A registration sets them.
                case "id" or "registeredAt" or "lastSeenAt" or "prunedAt" or "pruneReason":
                    break;
                default:
                    field.Unknown("platform", "token", "app", "locale", "timeZone");
                    break;
            }
        }

        var isWhole = device.Token.Length > 0 && !PushToken.IsMasked(device.Token);
        // A platform that is missing or malformed has its error already; any other keeps the token's errors.
        return (device with { Platform = platform ?? Platform.Android }, new GivenFields(hasPlatform, hasApp, isWhole));
    }
}
