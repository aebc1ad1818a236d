using System.Collections;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Core.Providers;
using Notify.Dashboard.Layout;
using Notify.Dashboard.Rendering;
using Notify.Hosting;

namespace Notify.Dashboard.Settings;

/// <summary>The effective options of this process, read-only. Only types that cannot contain a secret are shown.</summary>
internal static class SettingsPages
{
    public static void Map(DashboardRoutes routes) => routes.MapPage("settings", ApiScope.Admin | ApiScope.Platform, Show);

    private static Task<IResult> Show(PageContext page)
    {
        var services = page.Http.RequestServices;
        var providers = services.GetRequiredService<IOptionsMonitor<ProviderOptions>>();
        var groups = new List<SettingGroup>
        {
            Create("Engine", services.GetRequiredService<IOptions<NotificationsOptions>>().Value),
            Create("HTTP API", services.GetRequiredService<IOptions<NotificationsApiOptions>>().Value),
            Create("Dashboard", services.GetRequiredService<IOptions<NotifyDashboardOptions>>().Value),
        };
        groups.AddRange(
            services
                .GetRequiredService<ProviderCatalog>()
                .All.Select(provider => Create($"Provider {provider.Name}", providers.Get(provider.Name)))
        );
        return Task.FromResult<IResult>(new PageResult<SettingsPage>(page, new SettingsView(groups)));
    }

    private static SettingGroup Create(string title, object options) => new(title, [.. Read(options, "")]);

    private static IEnumerable<Setting> Read(object options, string prefix)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length > 0)
                continue;

            var name = prefix + property.Name;
            var value = property.GetValue(options);
            if (Format(property.PropertyType, value) is { } text)
                yield return new Setting(name, text);
            else if (value is IEnumerable items)
                yield return new Setting(name, Texts.Count(items.Cast<object>().LongCount(), "value", "values"));
            else if (value is not null && value.GetType().Assembly == typeof(NotificationsOptions).Assembly)
            {
                foreach (var nested in Read(value, $"{name}."))
                    yield return nested;
            }
        }
    }

    // A text could be a secret, such as a key in a connection string, so texts show only whether they are set.
    private static string? Format(Type type, object? value)
    {
        var actual = Nullable.GetUnderlyingType(type) ?? type;
        if (actual == typeof(string) || actual == typeof(Uri))
            return string.IsNullOrEmpty(value?.ToString()) ? "not set" : "set";
        if (!actual.IsPrimitive && !actual.IsEnum && actual != typeof(decimal) && actual != typeof(TimeSpan))
            return null;

        return value switch
        {
            null => "not set",
            TimeSpan time => time == Timeout.InfiniteTimeSpan ? "infinite" : Texts.Duration(time),
            bool flag => flag ? "yes" : "no",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
    }
}

/// <summary>The model of the settings.</summary>
internal sealed record SettingsView(IReadOnlyList<SettingGroup> Groups);

/// <summary>The options of one part.</summary>
internal sealed record SettingGroup(string Title, IReadOnlyList<Setting> Items);

/// <summary>An option and its value.</summary>
internal sealed record Setting(string Name, string Value);
