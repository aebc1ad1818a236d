using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.Recipients;

/// <summary><c>/v1/users/{userId}/devices</c>: registers, lists and removes a user's devices.</summary>
internal static class DeviceEndpoints
{
    public static Task<IResult> RegisterAsync(HttpContext context, IRecipientDirectory directory) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var device = Read(body, context.Request);
            body.Errors.Add(directory.Validate(device));
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            await directory.RegisterDeviceAsync(device, context.RequestAborted).ConfigureAwait(false);
            return TypedResults.NoContent();
        });

    public static async Task<IResult> ListAsync(HttpContext context, IDeviceStore devices)
    {
        var found = await devices
            .ListAsync(
                RequestValues.GetTenant(context.Request),
                RequestValues.Route(context.Request, "userId"),
                context.RequestAborted
            )
            .ConfigureAwait(false);
        return TypedResults.Json(new DevicesView([.. found.Select(DeviceView.Create)]), RecipientsJson.Default.DevicesView);
    }

    public static async Task<IResult> RemoveAsync(HttpContext context, IRecipientDirectory directory)
    {
        var (request, userId, id) = (
            context.Request,
            RequestValues.Route(context.Request, "userId"),
            RequestValues.Route(context.Request, "id")
        );
        return await directory
            .RemoveDeviceAsync(userId, id, RequestValues.GetTenant(request), context.RequestAborted)
            .ConfigureAwait(false)
            ? TypedResults.NoContent()
            : Problem.Unknown("device");
    }

    private static Device Read(JsonField body, HttpRequest request)
    {
        Platform? platform = null;
        var hasPlatform = false;
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
                    device = device with { App = field.Text() };
                    break;
                case "locale":
                    device = device with { Locale = field.Text() };
                    break;
                case "timeZone":
                    device = device with { TimeZone = field.Text() };
                    break;
                default:
                    field.Unknown("platform", "token", "app", "locale", "timeZone");
                    break;
            }
        }

        if (body.IsObject && !hasPlatform)
            body.Missing("platform", "Required, such as ios, android or web.");
        // A platform that is missing or malformed has its error already; any other keeps the token's errors.
        return device with { Platform = platform ?? Platform.Android };
    }
}
