using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;

namespace Notify.Dashboard.Users;

/// <summary>The actions on users and their devices.</summary>
internal static class UserActions
{
    // The form has a field for each of these. Other addresses stay as they are.
    private static readonly string[] AddressFields = [Channel.Email.AddressName, Channel.Sms.AddressName];

    public static void Map(
        DashboardRoutes routes,
        Func<PageContext, Task<IResult>> showList,
        Func<PageContext, Task<IResult>> showUser
    )
    {
        const string User = $"{UserPages.Path}/{{id}}";
        routes.MapAction($"{UserPages.Path}/save", ApiScope.Manage, "saveUser", UserPages.Path, CreateAsync, showList);
        routes.MapAction($"{User}/save", ApiScope.Manage, "saveUser", UserPages.Path, SaveAsync, showUser);
        routes.MapAction($"{User}/delete", ApiScope.Manage, "deleteUser", UserPages.Path, DeleteAsync);
        routes.MapAction($"{User}/devices", ApiScope.Manage, "saveDevice", UserPages.Path, SaveDeviceAsync, showUser);
        routes.MapAction($"{User}/devices/delete", ApiScope.Manage, "deleteDevice", UserPages.Path, DeleteDeviceAsync);
        routes.MapAction($"{User}/test", ApiScope.Send, "triggerNotification", UserPages.Path, SendTestAsync, showUser);
    }

    private static async Task<ActionOutcome> CreateAsync(PageContext page, AuditEntry entry)
    {
        var form = await ReadFormAsync(page).ConfigureAwait(false);
        var id = form["id"].ToString().Trim();
        if (id.Length > 0)
            entry.SetResource(id);
        var user = Change(new User { Tenant = page.Tenant, Id = id }, form);
        var result = await GetRecipients(page).SaveUserAsync(user, Precondition.DoesNotExist, page.Aborted).ConfigureAwait(false);
        // The form of a new user is empty, so it would remove the addresses of a user who exists.
        return result.IsSuccess
            ? ActionOutcome.Done($"{UserPages.Path}/{PageContext.Escape(id)}", "Saved.")
            : throw new InvalidRequestException([
                new FieldError("id", FieldErrorCodes.Duplicate, "A user has this ID already. Open the user to change it."),
            ]);
    }

    private static async Task<ActionOutcome> SaveAsync(PageContext page, AuditEntry entry)
    {
        var form = await ReadFormAsync(page).ConfigureAwait(false);
        var id = UserPages.GetId(page);
        var result = await GetRecipients(page)
            .UpdateUserAsync(page.Tenant, id, user => Change(user, form), default, page.Aborted)
            .ConfigureAwait(false);
        if (result.Status == ChangeStatus.NotFound)
            result = await GetRecipients(page)
                .SaveUserAsync(Change(new User { Tenant = page.Tenant, Id = id }, form), Precondition.DoesNotExist, page.Aborted)
                .ConfigureAwait(false);
        var next = $"{UserPages.Path}/{PageContext.Escape(id)}";
        return result.IsSuccess
            ? ActionOutcome.Done(next, "Saved.")
            : ActionOutcome.Refused(
                next,
                "Somebody else changed this user meanwhile. Look at the new values and repeat the change."
            );
    }

    private static User Change(User user, IFormCollection form)
    {
        var addresses = new Dictionary<string, string>(user.Addresses, StringComparer.Ordinal);
        foreach (var name in AddressFields)
        {
            if (Read(form, name) is { } address)
                addresses[name] = address;
            else
                addresses.Remove(name);
        }

        return user with
        {
            Addresses = addresses,
            Locale = Read(form, "locale"),
            TimeZone = Read(form, "timeZone"),
        };
    }

    private static async Task<ActionOutcome> DeleteAsync(PageContext page, AuditEntry entry)
    {
        var id = UserPages.GetId(page);
        var path = $"{UserPages.Path}/{PageContext.Escape(id)}";
        var form = await ReadFormAsync(page).ConfigureAwait(false);
        if (form["confirm"] != "true")
            return ActionOutcome.Refused(path, "Nothing was deleted: tick the box first.");

        var status = await GetRecipients(page).RemoveUserAsync(page.Tenant, id, default, page.Aborted).ConfigureAwait(false);
        return status == ChangeStatus.Removed
            ? ActionOutcome.Done(UserPages.Path, "The user is deleted, and what Notify stored about them is being erased.")
            : ActionOutcome.Unchanged(UserPages.Path, "This user does not exist.");
    }

    private static async Task<ActionOutcome> SaveDeviceAsync(PageContext page, AuditEntry entry)
    {
        var id = UserPages.GetId(page);
        var path = $"{UserPages.Path}/{PageContext.Escape(id)}";
        var form = await ReadFormAsync(page).ConfigureAwait(false);
        var device = new Device
        {
            Tenant = page.Tenant,
            UserId = id,
            Id = Read(form, "deviceId") ?? "",
            Platform = Platform.TryParse(form["platform"], out var platform) ? platform : Platform.Android,
            Token = Read(form, "token-of-device") ?? "",
            App = Read(form, "app"),
        };
        await GetRecipients(page).RegisterDeviceAsync(device, page.Aborted).ConfigureAwait(false);
        entry.Add(new AuditChange("device", null, device.Id));
        return ActionOutcome.Done(path, $"The device {device.Id} is registered.");
    }

    private static async Task<ActionOutcome> DeleteDeviceAsync(PageContext page, AuditEntry entry)
    {
        var id = UserPages.GetId(page);
        var form = await ReadFormAsync(page).ConfigureAwait(false);
        var device = form["device"].ToString();
        entry.Add(new AuditChange("device", device));
        var next = $"{UserPages.Path}/{PageContext.Escape(id)}";
        return await GetRecipients(page).RemoveDeviceAsync(page.Tenant, id, device, page.Aborted).ConfigureAwait(false)
            ? ActionOutcome.Done(next, $"The device {device} is removed.")
            : ActionOutcome.Unchanged(next, "This device does not exist.");
    }

    private static async Task<ActionOutcome> SendTestAsync(PageContext page, AuditEntry entry)
    {
        var trigger = new Trigger
        {
            Tenant = page.Tenant,
            Kind = page.Kind,
            To = Recipient.User(UserPages.GetId(page)),
            Content = new Content { Title = "Test from the dashboard", Body = "If you read this, it works." },
            IdempotencyKey = await page.CreateFormKeyAsync().ConfigureAwait(false),
        };
        var result = await page
            .Http.RequestServices.GetRequiredService<INotifier>()
            .TriggerAsync(trigger, page.Aborted)
            .ConfigureAwait(false);
        entry.Add(new AuditChange("sentAs", null, $"{result.Id}"));
        return ActionOutcome.Done($"notifications/{result.Id}", "The test was accepted. This page shows its way.");
    }

    private static Task<IFormCollection> ReadFormAsync(PageContext page) => page.Http.Request.ReadFormAsync(page.Aborted);

    private static string? Read(IFormCollection form, string name) =>
        form[name].ToString().Trim() is { Length: > 0 } text ? text : null;

    private static IRecipients GetRecipients(PageContext page) => page.Http.RequestServices.GetRequiredService<IRecipients>();
}
