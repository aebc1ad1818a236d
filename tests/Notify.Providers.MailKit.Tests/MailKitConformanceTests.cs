namespace Notify.Providers.MailKit.Tests;

public sealed class MailKitConformanceTests : MailConformance;
